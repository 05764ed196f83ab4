/* What the gain of the selected cell is made of: by cause (equal hardware, price, the other design that
 * the money buys) and by class of operator. */

/* Factors whose product is P. `share`: of P, on a log scale. */
function gainFactors(index) {
  const { with: winner, without, twin } = shownDesigns(index);
  if (!winner || !without) return [];
  const perUsd = (design) => design.metrics.tokens_per_s / design.metrics.system_cost_usd;
  if (!twin || twin.verdict !== 'ok') {
    return [{ text: 'the whole design, its price included', value: perUsd(winner) / perUsd(without) }];
  }
  return [
    { text: 'throughput on the same hardware',
      value: winner.metrics.tokens_per_s / twin.metrics.tokens_per_s },
    { text: `price of the ${subject.noun}`,
      value: twin.metrics.system_cost_usd / winner.metrics.system_cost_usd },
    { text: 'what the money buys without it', value: perUsd(twin) / perUsd(without) },
  ];
}

const ENGINE_CLASSES = [
  { key: 'p_attention', text: 'attention only' },
  { key: 'p_experts', text: 'experts only' },
  { key: 'p_state', text: 'recurrent states only' },
];

/* The answer of the same workload with the engine left open: it knows more classes than one engine
 * can run. */
function bestOfWorkload(group) {
  return data.best.groups.find((best) =>
    ['model', ...workloadKeys].every((name) => best[name] === group[name])) || group;
}

/* P if engines may run one class of operator, of those that some engine runs. */
function classPayoffs(index) {
  const group = bestOfWorkload(cells[index]);
  return ENGINE_CLASSES.map(({ key, text }) => ({ text, value: group[key] }))
    .filter(({ value }) => typeof value === 'number');
}

function factorSentence(factors, p) {
  if (factors.length < 3) return '';
  const [gain, price, control] = factors.map(({ value }) => value);
  const priced = `The ${subject.noun} multiplies the throughput of the same hardware by ${ratio(gain)} and`
    + ` its price by ${ratio(1 / price)}.`;
  const other = control > 0.995
    ? ' No other design without it is better than that hardware.'
    : ` The best design without it is ${ratio(1 / control)} times as good as that hardware.`;
  return `${priced}${other} P = ${factors.map(({ value }) => ratio(value)).join(' × ')} = ${ratio(p)}.`;
}

function classSentence(classes) {
  if (classes.length === 1) {
    return `With ${classes[0].text} on the engine P is ${ratio(classes[0].value)}.`;
  }
  const best = classes[d3.scan(classes, (a, b) => b.value - a.value)];
  return best.value > 1
    ? `An engine for ${best.text} is worth most: P = ${ratio(best.value)}.`
    : `An engine for one class alone does not pay; ${best.text} comes closest: P = ${ratio(best.value)}.`;
}

/* Bars from P = 1 to the left and to the right, on a log scale. */
function addFactorBars(box, bars, label) {
  const LINE = 44;
  const width = Math.max(280, Math.min(640, box.node().clientWidth));
  const most = Math.max(1.3, d3.max(bars, ({ to, from }) => Math.max(to, 1 / to, from, 1 / from)));
  const x = d3.scaleLog().domain([1 / most, most]).range([44, width - 44]);
  const height = LINE * bars.length + 6;
  const svg = box.append('svg').attr('viewBox', `0 0 ${width} ${height}`).attr('role', 'img')
    .attr('class', 'factors').attr('aria-label', label);
  svg.append('line').attr('class', 'one').attr('x1', x(1)).attr('x2', x(1)).attr('y1', 0)
    .attr('y2', height);
  const line = svg.selectAll('g').data(bars).join('g')
    .attr('transform', (d, i) => `translate(0,${LINE * i})`);
  line.append('text').attr('x', 0).attr('y', 14).text(({ text }) => text);
  line.append('rect').attr('class', ({ from, to }) => `factor ${to >= from ? 'above' : 'below'}`)
    .attr('x', ({ from, to }) => Math.min(x(from), x(to))).attr('y', 19).attr('height', 18)
    .attr('width', ({ from, to }) => Math.max(1, Math.abs(x(to) - x(from))));
  line.append('text').attr('class', 'value').attr('y', 33)
    .attr('x', ({ from, to }) => (to >= from ? x(to) + 5 : x(to) - 5))
    .attr('text-anchor', ({ from, to }) => (to >= from ? 'start' : 'end'))
    .text(({ value }) => ratio(value));
}

/* Each bar starts where the one before it ends; the last is P. */
function cascade(factors, p) {
  let from = 1;
  const bars = factors.map((factor) => {
    const bar = { ...factor, text: `× ${factor.text}`, from, to: from * factor.value };
    from = bar.to;
    return bar;
  });
  return [...bars, { text: '= P', value: p, from: 1, to: p }];
}

function drawGain(box, index) {
  addSubject(box, index);
  const factors = gainFactors(index);
  const p = cellPayoff(index);
  if (factors.length && p > 0) {
    box.append('p').text(factorSentence(factors, p));
    addFactorBars(box, cascade(factors, p), 'The factors of P');
  }
  const classes = classPayoffs(index);
  if (classes.length === 0) return;
  box.append('h3').text('P by class of operator, with any engine');
  box.append('p').text(classSentence(classes));
  addFactorBars(box, classes.map((bar) => ({ ...bar, from: 1, to: bar.value })),
    'P if the engine runs one class of operator');
}

views.push({
  id: 'gain',
  title: 'What the gain is made of',
  note: 'P as a product, on a log scale: right of the line it gains, left of it it loses.',
  order: 35,
  available: () => cells.length > 0,
  make: (body) => followCell(body, drawGain),
});
