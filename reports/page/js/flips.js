/* The table of flips: the verdict of each model in every scenario of the study, with the best engine. A
 * thick border marks another verdict than in the scenario `base`. */

const FLIP_KINDS = new Map([
  ['pays', 'above pays'], ['does not pay', 'below does-not'], ['too close to call', 'close'],
]);

/* A row per model and what of the workload is not the scenario. */
function flipRowText(flip) {
  const rest = workloadKeys.filter((name) => name !== 'scenario' && flip[name] !== undefined)
    .map((name) => `${shortName(name)} ${keyText(name, flip[name])}`);
  return [flip.model, ...rest].join(', ');
}

/* The cell of the pay-off map that asks the same of the same engine; -1 if there is none. */
function flipCell(flip) {
  return cells.findIndex((group) => engineOf(group) === flip.engine
    && ['model', ...workloadKeys].every((name) => group[name] === flip[name]));
}

function flipTip(flip) {
  return [
    ['P', ratio(flip.payoff)],
    ['median draw', flip.p_median === null ? '' : ratio(flip.p_median)],
    ['8 of 10 draws', flip.payoff_low === null ? ''
      : `${ratio(flip.payoff_low)} to ${ratio(flip.payoff_high)}`],
    ['draws with P > 1', flip.probability === null ? '' : percent(flip.probability, 0)],
    ['verdict', flip.verdict],
    ['in base', flip.base_verdict || ''],
    ['why not', flip.reason || ''],
    ['not as stated', flip.engine_caveat || ''],
  ];
}

function flipSays(flip) {
  const change = flip.flips === 'yes' ? `, in base ${flip.base_verdict}` : '';
  return `${flipRowText(flip)}, ${flip.scenario}: P ${ratio(flip.payoff)}, ${flip.verdict}${change}`;
}

function chooseFlip(flip) {
  const index = flipCell(flip);
  if (index >= 0) state.setCell(index);
}

function drawFlip(flip) {
  const title = `${flipRowText(flip)}, ${flip.scenario}${flip.engine ? `, ${flip.engine}` : ''}`;
  const isAnswered = flip.payoff !== null;
  const cell = d3.select(this)
    .attr('class', `cell ${isAnswered ? FLIP_KINDS.get(flip.verdict) || '' : 'none'}`)
    .classed('flips', flip.flips === 'yes').attr('tabindex', 0).attr('aria-label', flipSays(flip))
    .style('--strength', '70%')
    .on('mouseenter', () => tooltip.show(d3.event, title, flipTip(flip)))
    .on('mouseleave', () => tooltip.hide())
    .on('focus', () => tooltip.show(this, title, flipTip(flip)))
    .on('blur', () => tooltip.hide())
    .on('click', () => chooseFlip(flip))
    .on('keydown', () => { if (d3.event.key === 'Enter') chooseFlip(flip); });
  cell.append('span').attr('class', 'p').text(isAnswered ? ratio(flip.payoff) : 'none');
  if (flip.engine) {
    cell.append('span').attr('class', 'under').text(flip.engine + (flip.engine_caveat ? ' †' : ''));
  }
}

function addFlipKey(parent) {
  const key = parent.append('p').attr('class', 'legend');
  [['above', 'pays'], ['close', 'too close to call'], ['below', 'does not pay'],
    ['flips', 'another verdict than in base']].forEach(([kind, text]) => {
    key.append('span').attr('class', `cell key ${kind}`).style('--strength', '70%');
    key.append('span').text(text);
  });
  if (data.flips.some((flip) => flip.engine_caveat)) {
    key.append('span').text('†: hypothetical, or not fed or cooled as stated');
  }
}

function makeFlips(body) {
  const box = d3.select(body);
  const scenarios = [...new Set(data.flips.map(({ scenario }) => scenario))];
  const rows = d3.nest().key(flipRowText).entries(data.flips);
  addFlipKey(box);
  const table = box.append('div').attr('class', 'scroll').append('table').attr('class', 'heat flip-map');
  const head = table.append('thead').append('tr');
  head.append('th').attr('scope', 'col').text('scenario');
  head.selectAll('th.column').data(scenarios).join('th').attr('class', 'column').attr('scope', 'col')
    .text((scenario) => scenario);
  const lines = table.append('tbody').selectAll('tr').data(rows).join('tr');
  lines.append('th').attr('scope', 'row').each(function label({ key, values }) {
    addModelMark(d3.select(this), values[0].model);
    d3.select(this).append('span').text(key);
  });
  lines.selectAll('td').data(({ values }) =>
    scenarios.map((scenario) => values.find((flip) => flip.scenario === scenario) || null))
    .join('td').filter((flip) => flip !== null).each(drawFlip);
}

views.push({
  id: 'flips',
  title: 'What flips the verdict',
  note: 'One condition of the study changes at a time. Choose a cell to see its two designs below.',
  order: 15,
  wide: true,
  available: () => data.flips !== null && data.flips.length > 0,
  make: makeFlips,
});
