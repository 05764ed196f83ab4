/* Where the numbers come from: the run, the study, its verdicts, the sources, and what is known of the
 * error of the model. */

function runFacts() {
  const { run } = data;
  const thinned = points.n < points.total
    ? `${points.n} of ${points.total}: the fronts of the objectives are whole, the rest is a sample`
    : `all ${points.n}`;
  return [
    ['program', data.program], ['run', run.name], ['started', run.started],
    ['points', `${run.points}, ${run.feasible} of them feasible${run.gap ? `; ${run.gap}` : ''}`],
    ['on this page', thinned],
    ['strategy', data.strategy], ['seed', String(run.seed)],
    ['objectives', data.objectives.map(({ name, sense }) => `${sense > 0 ? '+' : '-'}${name}`).join(', ')],
    ['constraints', data.constraints.join(', ')],
  ];
}

const VERDICT_COLUMNS = [
  { text: 'verdict', value: ({ verdict }) => verdict },
  { text: 'points', value: (verdict) => String(verdict.points), number: true },
  { text: 'why', value: ({ reason }) => reason },
];

const SOURCE_COLUMNS = [
  { text: 'kind', value: ({ kind }) => kind },
  { text: 'name', value: ({ name }) => name },
  { text: 'about', value: (source) => source.about || '' },
  { text: 'source', value: ({ source }) => source },
];

const PRICE_COLUMNS = [
  { text: 'price', value: ({ path }) => plainName(path.replace(/^prices\./, '')) },
  ...['low', 'middle', 'high'].map((end) => (
    { text: end, value: (price) => quantity(price[end], price.unit), number: true })),
  { text: 'source', value: ({ source }) => source },
];

/* A table behind a line that says how much it has; nothing for an empty list. */
function addFoldedTable(parent, title, columns, rows) {
  if (rows.length === 0) return;
  const details = parent.append('details');
  details.append('summary').text(`${rows.length} ${title}`);
  addPlainTable(details, columns, rows);
}

function addStudy(parent) {
  const details = parent.append('details');
  details.append('summary').text('The study as it ran');
  addButton(details.append('p'), `Save ${fileName('.yaml')}`,
    () => saveFile(fileName('.yaml'), 'application/yaml;charset=utf-8', data.run.study));
  details.append('pre').attr('class', 'study-text').text(data.run.study);
}

function makeProvenance(body) {
  const box = d3.select(body);
  addFacts(box, runFacts());
  box.append('h3').text('Error of the model');
  box.append('ul').selectAll('li').data(data.error).join('li').text((sentence) => sentence);
  box.append('h3').text('Verdicts');
  addPlainTable(box, VERDICT_COLUMNS, data.verdicts);
  box.append('h3').text('Sources');
  addFoldedTable(box, 'files of the catalogue', SOURCE_COLUMNS, data.sources);
  addFoldedTable(box, 'prices and other constants, with their ranges', PRICE_COLUMNS, data.prices);
  addStudy(box);
}

views.push({
  id: 'provenance',
  title: 'Where the numbers come from',
  order: 90,
  make: makeProvenance,
});
