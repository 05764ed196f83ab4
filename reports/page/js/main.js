/* Puts the views into the page: those far down when they come near, all of them for printing. */

const waiting = new Map(); /* section -> view that is still to be made */

function makeView(section) {
  const view = waiting.get(section);
  if (!view) return;
  waiting.delete(section);
  view.make(d3.select(section).select('.view-body').node());
}

function makeAll() {
  [...waiting.keys()].forEach(makeView);
}

function addSection(view) {
  const section = d3.select('#views').append('section')
    .attr('id', view.id)
    .attr('class', view.wide ? 'view wide' : 'view')
    .attr('aria-labelledby', `${view.id}-title`);
  section.append('h2').attr('id', `${view.id}-title`).text(view.title);
  if (view.note) section.append('p').attr('class', 'note').text(view.note);
  section.append('div').attr('class', 'view-body');
  d3.select('#contents').append('a').attr('href', `#${view.id}`).text(view.title);
  waiting.set(section.node(), view);
  return section.node();
}

/* For who measures: the first screen is made. */
function markReady() {
  if (document.documentElement.dataset.ready) return;
  document.documentElement.dataset.ready = 'yes';
  performance.mark('ready');
}

function makeWhenNear(sections) {
  const near = new IntersectionObserver((entries) => {
    entries.filter((entry) => entry.isIntersecting).forEach((entry) => {
      near.unobserve(entry.target);
      makeView(entry.target);
    });
    markReady();
  }, { rootMargin: '600px' });
  sections.forEach((section) => near.observe(section));
}

/* The share of draws in which an engine pays, over the workloads of a model: "1 to 42 %". */
function certaintyOf(groups) {
  const [low, high] = d3.extent(groups, (group) => group.probability).map((share) => percent(share, 0));
  return low === high ? high : `${low.replace(' %', '')} to ${high}`;
}

/* The second sentence of the answer: how sure it is. Models that are equally sure stand together. */
function certaintySentence() {
  const groups = data.best.groups.filter((group) => typeof group.probability === 'number');
  if (groups.length === 0) return '';
  const byModel = d3.nest().key(cellModel).entries(groups)
    .map(({ key, values }) => ({ model: key, share: certaintyOf(values) }));
  const each = d3.nest().key(({ share }) => share).entries(byModel)
    .map(({ key, values }) => `${key} for ${values.map(({ model }) => model).join(', ')}`);
  return `Of draws of the uncertain prices, engines and times ${subject.one} pays in ${each.join('; ')}.`;
}

/* "The most tokens per s: 42580, point 9347." for one objective, over all workloads. */
function extremeSentence({ name, sense }) {
  const column = points.column(name);
  const best = d3.scan(data.front, (a, b) => sense * (column.value(b) - column.value(a)));
  const row = data.front[best];
  const extreme = sense > 0 ? 'most' : 'least';
  const value = columnText(name, column.value(row));
  return `The ${extreme} ${plainName(name)}: ${value}, point ${points.id(row)}.`;
}

/* The answer of a study without engines: how many designs are worth a look, and the ends of them. */
function frontSentence() {
  const names = data.objectives.map(({ name }) => plainName(name)).join(' against ');
  const count = data.front.length;
  const first = `${count} of ${points.total} designs ${count === 1 ? 'is' : 'are'} on the front of ${names}.`;
  return [first, ...data.objectives.map(extremeSentence)].join(' ');
}

function answerSentence() {
  return cells.length === 0 && data.front.length > 0 ? frontSentence() : data.answer;
}

/* A text whose names with hyphens stay whole. */
function addText(parent, text) {
  text.split(/(\S+-\S+)/).forEach((part, i) => {
    parent.append('span').attr('class', i % 2 ? 'whole' : null).text(part);
  });
}

/* "An engine pays for a. It is too close to call for b." and a sentence for each model. */
function showAnswer() {
  document.title = data.run.name;
  d3.select('#study').text(data.run.name);
  d3.select('#question').text(data.question);
  d3.select('#answer').call(addText, answerSentence());
  d3.select('#certainty').call(addText, certaintySentence());
  d3.select('#lines').selectAll('li').data(data.lines).join('li')
    .each(function item(line) { addText(d3.select(this), line); });
  d3.select('#lines-title').text(
    isAboutEngines ? 'Model by model, engine by engine' : 'Model by model, chip by chip');
  d3.select('#lines-box').property('hidden', data.lines.length === 0);
  const { run } = data;
  const counts = `${run.points} points, ${run.feasible} feasible`;
  d3.select('#made-by').text(
    [data.program, counts, run.started, run.gap].filter((text) => text).join('; '));
}

/* What else the report answers: a link to each subject, with its answer. */
function showSubjects() {
  const box = d3.select('#subjects').property('hidden', subjects.length < 2);
  box.selectAll('a').data(subjects.length < 2 ? [] : subjects).join('a')
    .attr('href', ({ path }) => `?of=${path}`).attr('title', ({ answer }) => answer)
    .attr('aria-current', ({ path }) => (path === subject.path ? 'page' : null))
    .text(({ noun }) => noun);
}

/* Light or dark: as the system says, until the person chooses for this visit. */
function wireTheme() {
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  const root = document.documentElement;
  const isDark = () => (root.dataset.theme ? root.dataset.theme === 'dark' : dark.matches);
  const button = d3.select('#theme');
  const show = () => button.text(isDark() ? 'Light' : 'Dark')
    .attr('aria-label', isDark() ? 'Use light colours' : 'Use dark colours');
  button.on('click', () => {
    root.dataset.theme = isDark() ? 'light' : 'dark';
    show();
    state.emit('theme');
  });
  dark.addEventListener('change', () => {
    show();
    state.emit('theme');
  });
  show();
}

/* Paper shows every view, and what is folded on the screen, in light colours. Views that draw for paper
 * listen later than this, so they find these colours. */
function wirePrint() {
  const root = document.documentElement;
  let folded = [];
  let theme;
  window.addEventListener('beforeprint', () => {
    ({ theme } = root.dataset);
    root.dataset.theme = 'light';
    makeAll();
    folded = [...document.querySelectorAll('details:not([open]):not(.menu)')];
    folded.forEach((details) => { details.open = true; });
  });
  window.addEventListener('afterprint', () => {
    folded.forEach((details) => { details.open = false; });
    if (theme) root.dataset.theme = theme;
    else delete root.dataset.theme;
  });
}

/* "resize": the window has another width, for views that are drawn to the pixel. */
function wireWidth() {
  const PAUSE_MS = 150;
  let width = window.innerWidth;
  let timer;
  window.addEventListener('resize', () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (window.innerWidth === width) return;
      width = window.innerWidth;
      state.emit('resize');
    }, PAUSE_MS);
  });
}

/* For the console of the browser. */
window.dse = { data, points, state, model: wasmModel, whatIf, items, changedStudyYaml };

function start() {
  state.cell = firstCell();
  showAnswer();
  showSubjects();
  wireTheme();
  const shown = views.filter((view) => !view.available || view.available())
    .sort((a, b) => a.order - b.order);
  makeWhenNear(shown.map(addSection));
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') tooltip.hide();
  });
  window.addEventListener('scroll', () => tooltip.hide(), { passive: true });
  wirePrint();
  wireWidth();
  if (shown.length === 0) markReady();
}

start();
