/* The panel of the what-if: search, sections of sliders and fields, what was changed, the answer. */

const SECTION_TITLES = new Map([
  ['first', 'Limits, what the study sweeps, and what moves P most'], ['prices', 'Other prices'],
  ['chip', 'Chip'], ['engine', 'Engine'], ['workload', 'Workload'], ['plan', 'Mapping'],
  ['precision', 'Number formats'], ['pools', 'Pools'], ['model', 'Model'], ['other', 'Timing'],
]);

function countPaying(p) {
  return p.filter((value) => value !== null && value > 1).length;
}

function drawAnswer(box) {
  box.selectAll('*').remove();
  const now = state.whatIf;
  const stored = cells.map((group) => group.payoff);
  if (state.cell !== null) {
    const line = box.append('p').attr('class', 'what-if-answer');
    line.append('span').text(`${cellTitle(cells[state.cell])}: `);
    line.append('strong').attr('data-what-if', 'p')
      .text(`P ${ratio(cellPayoff(state.cell))}`);
    if (now) line.append('span').attr('class', 'stored').text(` stored ${ratio(stored[state.cell])}`);
  }
  const paying = box.append('p');
  paying.text(now && !now.stale
    ? `${countPaying(now.p)} of ${cells.length} cells have P above 1 (stored: ${countPaying(stored)}).`
    : `${countPaying(stored)} of ${cells.length} cells have P above 1.`);
  if (now && !now.stale && whatIf.took !== null) {
    paying.append('span').attr('class', 'note')
      .text(` Priced again in ${quantity(whatIf.took, 's', 2)}.`);
  }
}

function drawChanges(box) {
  box.selectAll('*').remove();
  const changes = [...whatIf.changes.values()];
  const bar = box.append('div').attr('class', 'buttons');
  const button = (text, enabled, act) => bar.append('button').attr('type', 'button').text(text)
    .property('disabled', !enabled).on('click', act);
  button('Undo', whatIf.history.length > 0, () => whatIf.undo());
  button('Reset all', changes.length > 0, () => whatIf.reset());
  button('Export as study', changes.length > 0,
    () => download(`${data.run.name}-changed.yaml`, changedStudyYaml(), 'text/yaml'));
  button('Copy as --set', changes.length > 0, () => navigator.clipboard.writeText(
    changes.map(({ item, text }) => `--set ${item.path}='${text}'`).join(' ')));
  const list = box.append('ul').attr('class', 'changes');
  list.selectAll('li').data(changes).join('li').each(function addChange({ item, text }) {
    const line = d3.select(this);
    line.append('code').text(item.path);
    line.append('span').text(` ${text} instead of ${item.text} `);
    line.append('button').attr('type', 'button').attr('aria-label', `Reset ${item.path}`).text('×')
      .on('click', () => whatIf.change(item, null));
  });
}

/* Meaning, unit and range. */
function showMeaning(event, item) {
  const range = item.low === null || item.low === undefined ? ''
    : `${quantity(item.low, item.unit, 4)} to ${quantity(item.high, item.unit, 4)}`;
  tooltip.show(event.currentTarget, item.path, [
    ['in the study', item.axis ? `${item.text}, swept` : item.text],
    ['may be', item.words ? [range, ...item.words].filter(Boolean).join(', ') : range],
    ['source', item.source || ''],
  ], item.doc);
}

/* A name that breaks only after its underscores; its section says the part before the point. */
function addName(label, item) {
  const name = item.section === 'first' ? item.path : item.path.slice(item.path.indexOf('.') + 1);
  name.split(/(?<=[_.])/).forEach((piece) => {
    label.append('span').text(piece);
    label.append('wbr');
  });
}

function addField(row, item) {
  const id = `set-${item.kind}-${item.path}`;
  const label = row.append('label').attr('for', id);
  addName(label, item);
  label.on('mouseenter', () => showMeaning(d3.event, item)).on('mouseleave', () => tooltip.hide());
  if (isChoice(item)) {
    const select = row.append('select').attr('id', id).attr('class', 'value');
    select.selectAll('option').data([item.text, ...item.words.filter((word) => word !== item.text)])
      .join('option').attr('value', (word) => word).text((word) => word);
    select.on('change', () => whatIf.change(
      item, select.property('value') === item.text ? null : select.property('value')));
    return;
  }
  const field = row.append('input').attr('id', id).attr('class', 'value').attr('spellcheck', 'false')
    .on('focus', () => showMeaning(d3.event, item)).on('blur', () => tooltip.hide());
  field.on('change', () => {
    const text = field.property('value').trim();
    whatIf.change(item, text === '' || text === shownValue(item, null) ? null : text);
  });
}

function addSlider(row, item) {
  const scale = sliderScale(item);
  if (!scale) return;
  const slider = row.append('input').attr('type', 'range').attr('min', 0).attr('max', 1000)
    .attr('aria-label', `${item.path}, slider`);
  slider.on('input', () => whatIf.change(item, sliderText(item, slider.property('value'), scale), true));
  slider.on('change', () => whatIf.settle());
}

function addItem(row, item) {
  row.attr('data-path', item.path);
  addField(row, item);
  addSlider(row, item);
  row.append('button').attr('type', 'button').attr('class', 'reset')
    .attr('aria-label', `Reset ${item.path}`).text('×').on('click', () => whatIf.change(item, null));
  row.append('p').attr('class', 'mistake').attr('role', 'alert');
}

/* Shows the value that is in force. */
function updateItem(row, item) {
  const text = whatIf.textOf(item.path);
  const changed = text !== null;
  row.classed('changed', changed);
  row.select('.value').property('value', shownValue(item, text));
  const scale = sliderScale(item);
  const value = changed ? Number(text) : sliderHome(item);
  if (scale && Number.isFinite(value) && value !== null) {
    row.select('input[type=range]').property('value', scale(value));
  }
  const wrong = whatIf.error && whatIf.error.path === item.path;
  row.select('.mistake').text(wrong ? whatIf.error.text : '');
}

/* A bare number is in the unit of the item: shown with it. The ends of an axis fit into the field. */
function shownValue(item, text) {
  if (text === null) return item.text.replace(/^swept: /, '');
  return !isChoice(item) && /^[\d.e+-]+$/i.test(text) ? quantity(Number(text), item.unit, 6) : text;
}

function matches(item, query) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const text = `${item.path} ${item.doc} ${item.unit}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

function addSections(box) {
  const present = SECTION_ORDER.filter((name) => items.some((item) => item.section === name));
  const section = box.selectAll('details').data(present).join('details')
    .property('open', (name) => name === 'first').attr('class', 'what-if-section');
  section.append('summary').text((name) => SECTION_TITLES.get(name));
  section.append('div').selectAll('div').data((name) => items.filter((item) => item.section === name))
    .join('div').attr('class', 'what-if-item').each(function add(item) {
      addItem(d3.select(this), item);
    });
}

/* Shows only what matches; while there is a query, all sections are open. */
function applySearch(box, query) {
  box.selectAll('.what-if-item').property('hidden', (item) => !matches(item, query));
  box.selectAll('details').each(function open(name) {
    const some = d3.select(this).selectAll('.what-if-item').filter((item) => matches(item, query)).size();
    d3.select(this).property('hidden', some === 0)
      .property('open', query ? true : name === 'first');
  });
}

function makeWhatIf(section) {
  const box = d3.select(section).append('div').attr('class', 'what-if');
  const answer = box.append('div').attr('class', 'what-if-now').attr('aria-live', 'polite');
  const changes = box.append('div');
  const search = box.append('input').attr('type', 'search').attr('class', 'what-if-search')
    .attr('placeholder', 'Find a parameter, price or limit').attr('aria-label', 'Find a parameter');
  const list = box.append('div').attr('class', 'what-if-items');
  addSections(list);
  search.on('input', () => applySearch(list, search.property('value')));
  const update = () => {
    list.selectAll('.what-if-item').each(function show(item) {
      updateItem(d3.select(this), item);
    });
    drawChanges(changes);
  };
  state.on('changes', update);
  state.on('whatIf', () => drawAnswer(answer));
  state.on('cell', () => drawAnswer(answer));
  update();
  drawAnswer(answer);
}

views.push({
  id: 'what-if',
  title: 'What if',
  note: 'Change any parameter, price or limit: both sides choose their best designs again, by the model '
    + 'of the program in this page.',
  order: 15,
  wide: true,
  available: () => wasmModel.available && cells.length > 0,
  make: makeWhatIf,
});
