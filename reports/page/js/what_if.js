/* What a person has changed, and the answer for it: every P and the designs of the selected cell,
 * priced by the model in the page. Sets state.whatIf, or clears it if nothing is changed. */
const whatIf = {
  changes: new Map(), /* path -> {item, text} */
  history: [], /* {path, before}: texts, or null where the study's value was */
  version: 0,
  busy: false,
  error: null, /* {path, text} of the last change, if it cannot be priced */
  took: null, /* seconds for the whole map */

  /* `text`: a value as in a study, or null for the study's own. Changes in quick succession of one
   * parameter, as when a slider is dragged, are undone in one step while `going`. */
  change(item, text, going = false) {
    const before = this.textOf(item.path);
    if (before === text) return;
    const last = this.history[this.history.length - 1];
    if (!(last && last.going && last.item === item)) this.history.push({ item, before, going });
    else last.going = going;
    this.put(item, text);
  },

  /* The next change of this parameter is a step of its own. */
  settle() {
    const last = this.history[this.history.length - 1];
    if (last) last.going = false;
  },

  textOf(path) {
    const change = this.changes.get(path);
    return change ? change.text : null;
  },

  put(item, text) {
    if (text === null) this.changes.delete(item.path);
    else this.changes.set(item.path, { item, text });
    this.lastPath = item.path;
    this.version += 1;
    state.emit('changes');
    if (!this.busy) this.priceUntilCurrent();
  },

  fail(error) {
    this.error = { path: this.lastPath, text: plainError(error.message) };
  },

  undo() {
    const step = this.history.pop();
    if (step) this.put(step.item, step.before);
  },

  reset() {
    const changes = [...this.changes.values()];
    changes.forEach(({ item, text }) => this.history.push({ item, before: text }));
    this.changes.clear();
    this.version += 1;
    state.emit('changes');
    if (!this.busy) this.priceUntilCurrent();
  },

  async priceUntilCurrent() {
    this.busy = true;
    for (let done = -1; done !== this.version;) {
      done = this.version;
      await priceChanges(done);
    }
    this.busy = false;
    state.emit('changes');
  },
};

/* The study with the changes, as the model reads it. */
function changedStudy() {
  const set = [...whatIf.changes.values()].filter(({ item }) => item.kind !== 'limit')
    .map(({ item, text }) => `${item.path}=${text}`);
  return { ...data.model.study, text: JSON.stringify(studyWithLimits()), set };
}

/* The tree of the study with the changed limits. */
function studyWithLimits() {
  const tree = JSON.parse(data.model.study.text);
  whatIf.changes.forEach(({ item, text }) => {
    if (item.kind === 'limit') tree.constraints[item.index] = `${item.metric} ${item.relation} ${text}`;
  });
  return tree;
}

function publish(p, designs, stale) {
  const changes = [...whatIf.changes.values()].map(
    ({ item, text }) => ({ path: item.path, value: text, before: item.text }));
  state.setWhatIf({ changes, p, designs, stale });
}

async function priceChanges(version) {
  const wanted = () => whatIf.version === version;
  whatIf.error = null;
  if (whatIf.changes.size === 0) {
    state.setWhatIf(null);
    return;
  }
  const study = changedStudy();
  try {
    await priceCell(study, wanted);
    await priceMap(study, wanted);
  } catch (error) {
    whatIf.fail(error);
  }
}

/* The selected cell first: it is what the person looks at. The rest of the map follows. */
async function priceCell(study, wanted) {
  if (state.cell === null) return;
  const index = state.cell;
  const designs = await priceDesigns(study, index);
  if (!wanted()) return;
  const p = state.whatIf ? state.whatIf.p.slice() : cells.map((group) => group.payoff);
  p[index] = designs.p;
  publish(p, { [index]: designs }, true);
}

async function priceMap(study, wanted) {
  const began = performance.now();
  const p = cells.map(() => null);
  await pricePayoffs(study, d3.range(cells.length), wanted, (index, value) => {
    p[index] = value;
  });
  if (!wanted()) return;
  whatIf.took = (performance.now() - began) / 1000;
  publish(p, state.whatIf ? state.whatIf.designs : {}, false);
}

/* "--set PATH=VALUE: FILE:LINE:COLUMN: PATH: WHAT: RIGHT" without what the panel shows anyway. */
function plainError(text) {
  return text.replace(/^--set [^:]*: /, '').replace(/^[^ :]*:\d+:\d+: /, '');
}

/* Another cell is selected: its designs for the changes are not there yet. */
state.on('cell', async (index) => {
  if (!state.whatIf || index === null || state.whatIf.designs[index]) return;
  const version = whatIf.version;
  const designs = await priceDesigns(changedStudy(), index);
  if (whatIf.version !== version) return;
  publish(state.whatIf.p, { ...state.whatIf.designs, [index]: designs }, state.whatIf.stale);
});

/* A page of many cells carries the designs of the first ones only: the model prices the others. */
state.on('cell', async (index) => {
  if (!wasmModel.available || index === null) return;
  const { with: engine, without } = storedDesigns(index);
  if ((engine && without) || cells[index].payoff === null) return;
  pricedDesigns.set(index, await priceDesigns(data.model.study, index));
  state.emit('whatIf', state.whatIf);
});
