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

function makeWhenNear(sections) {
  const near = new IntersectionObserver((entries) => {
    entries.filter((entry) => entry.isIntersecting).forEach((entry) => {
      near.unobserve(entry.target);
      makeView(entry.target);
    });
  }, { rootMargin: '600px' });
  sections.forEach((section) => near.observe(section));
}

/* "An engine pays for a. It is too close to call for b." and a sentence for each model. */
function showAnswer() {
  document.title = data.run.name;
  d3.select('#study').text(data.run.name);
  d3.select('#question').text(data.question);
  d3.select('#answer').text(data.answer);
  d3.select('#lines').selectAll('li').data(data.lines).join('li').text((line) => line);
  d3.select('#lines-box').property('hidden', data.lines.length === 0);
  d3.select('#made-by').text(
    `${data.program}; ${data.run.points} points, ${data.run.feasible} feasible; ${data.run.started}`);
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

function start() {
  state.cell = firstCell();
  showAnswer();
  wireTheme();
  const shown = views.filter((view) => !view.available || view.available())
    .sort((a, b) => a.order - b.order);
  makeWhenNear(shown.map(addSection));
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') tooltip.hide();
  });
  window.addEventListener('scroll', () => tooltip.hide(), { passive: true });
  window.addEventListener('beforeprint', makeAll);
  document.documentElement.dataset.ready = 'yes';
}

start();
