/* Sensitivity of the selected cell: P over the range of each constant, all others at their middle, the
 * widest first; and the value at which the verdict flips. */

const TORNADO = { row: 34, bar: 12, top: 22, bottom: 30, side: 40, most: 14 };

function swingsOf(index) {
  const keys = ['model', ...workloadKeys];
  return data.swings.filter((swing) => keys.every((name) => swing[name] === cells[index][name]));
}

/* The answer of the best engine for the workload of a cell; the swings are about it. */
function bestOf(index) {
  const keys = ['model', ...workloadKeys];
  return data.best.groups.find((group) => keys.every((name) => group[name] === cells[index][name]));
}

function swingUnit(constant) {
  const price = data.prices.find(({ path }) => path === `prices.${constant}`);
  return price ? price.unit : '1';
}

function isTimed(swing) {
  return swing.constant.startsWith('time of ');
}

/* Times move by standard deviations of their error. */
function swingEnd(swing, value) {
  if (isTimed(swing)) return value === swing.low ? 'fast end' : 'slow end';
  return quantity(value, swingUnit(swing.constant));
}

function flipText(swing) {
  if (swing.flips_at === null) return 'no flip in its range';
  const where = swing.flips === 'beyond it' ? ', beyond its range' : '';
  const at = isTimed(swing) ? `${general(swing.flips_at, 2)} sigma`
    : quantity(swing.flips_at, swingUnit(swing.constant));
  return `P = 1 at ${at}${where}`;
}

function swingTip(swing) {
  return [
    [`P at ${swingEnd(swing, swing.low)}`, ratio(swing.payoff_low_end)],
    [`P at ${swingEnd(swing, swing.high)}`, ratio(swing.payoff_high_end)],
    ['middle', isTimed(swing) ? '' : quantity(swing.middle, swingUnit(swing.constant))],
    ['flip', flipText(swing)],
  ];
}

function tornadoScale(swings, p, width) {
  const ends = d3.merge(swings.map((swing) => [swing.payoff_low_end, swing.payoff_high_end]));
  const [low, high] = d3.extent([...ends, p, 1]);
  return d3.scaleLog().domain([low / 1.03, high * 1.03]).range([TORNADO.side, width - TORNADO.side]);
}

/* The line P = 1, and P as it is. */
function addTornadoLines(svg, x, p, height) {
  const bottom = height - TORNADO.bottom + 4;
  svg.append('g').attr('class', 'axis').attr('transform', `translate(0,${bottom})`)
    .call(d3.axisBottom(x).tickValues(ticksOfLog(x.domain(), 6)).tickFormat(ratio));
  [[1, 'one', 'P = 1'], [p, 'now', `P = ${ratio(p)}`]].forEach(([value, kind, text]) => {
    svg.append('line').attr('class', `tornado-${kind}`).attr('x1', x(value)).attr('x2', x(value))
      .attr('y1', TORNADO.top - 6).attr('y2', bottom);
    const [left, right] = x.range();
    const anchor = x(value) < left + 40 ? 'start' : x(value) > right - 40 ? 'end' : 'middle';
    if (kind === 'now' || Math.abs(x(1) - x(p)) > 70) {
      svg.append('text').attr('class', 'halo').attr('x', x(value)).attr('y', TORNADO.top - 10)
        .attr('text-anchor', anchor).text(text);
    }
  });
}

/* One row: the name and the range above, the bar in two halves with P at its ends below. */
function addSwing(node, swing, x, p, width) {
  const row = d3.select(node);
  const top = TORNADO.row - TORNADO.bar - 6;
  row.append('rect').attr('class', 'hit').attr('width', width).attr('height', TORNADO.row);
  [[swing.payoff_low_end, 'low'], [swing.payoff_high_end, 'high']].forEach(([end, kind]) => {
    row.append('rect').attr('class', `swing ${kind}`).attr('y', top).attr('height', TORNADO.bar)
      .attr('x', Math.min(x(p), x(end))).attr('width', Math.abs(x(end) - x(p)));
  });
  const ends = [swing.payoff_low_end, swing.payoff_high_end, p];
  [[d3.min(ends), -4, 'end'], [d3.max(ends), 4, 'start']].forEach(([end, gap, anchor]) => {
    row.append('text').attr('class', 'halo swing-note').attr('x', x(end) + gap)
      .attr('y', top + TORNADO.bar - 2).attr('text-anchor', anchor).text(ratio(end));
  });
  const flips = swing.flips_at !== null && swing.flips !== 'beyond it';
  row.append('text').attr('class', 'halo').attr('y', top - 4).text(plainName(swing.constant))
    .append('tspan').attr('class', flips ? 'swing-flips' : 'swing-note').attr('dx', 8)
    .text(`${swingEnd(swing, swing.low)} to ${swingEnd(swing, swing.high)}${
      flips ? `; ${flipText(swing)}` : ''}`);
}

function drawTornado(box, swings, p) {
  const width = Math.max(300, Math.min(900, box.node().clientWidth));
  const height = TORNADO.top + swings.length * TORNADO.row + TORNADO.bottom;
  const svg = box.append('svg').attr('class', 'tornado').attr('viewBox', `0 0 ${width} ${height}`)
    .attr('role', 'img').attr('aria-label', 'P over the range of each constant; the table has the numbers');
  const x = tornadoScale(swings, p, width);
  addTornadoLines(svg, x, p, height);
  svg.selectAll('g.row').data(swings).join('g').attr('class', 'row')
    .attr('transform', (swing, i) => `translate(0,${TORNADO.top + i * TORNADO.row})`)
    .each(function row(swing) { addSwing(this, swing, x, p, width); })
    .on('mousemove', (swing) => tooltip.show(d3.event, plainName(swing.constant), swingTip(swing)))
    .on('mouseleave', () => tooltip.hide());
}

const SWING_COLUMNS = [
  { text: 'constant', value: (swing) => plainName(swing.constant) },
  { text: 'low', value: (swing) => swingEnd(swing, swing.low), number: true },
  { text: 'high', value: (swing) => swingEnd(swing, swing.high), number: true },
  { text: 'P at low', value: (swing) => ratio(swing.payoff_low_end), number: true },
  { text: 'P at high', value: (swing) => ratio(swing.payoff_high_end), number: true },
  { text: 'flip', value: flipText },
];

function addSwingTable(box, swings) {
  const details = box.append('details');
  details.append('summary').text(`All ${swings.length} constants as a table`);
  addPlainTable(details, SWING_COLUMNS, swings);
}

function drawSensitivity(box, index) {
  addSubject(box, index);
  const swings = swingsOf(index);
  const { engine } = bestOf(index) || cells[index];
  const p = (bestOf(index) || cells[index]).payoff;
  if (engine !== engineOf(cells[index])) {
    box.append('p').attr('class', 'note').text(`Of the best ${subject.noun} of this workload, ${engine}.`);
  }
  if (swings.length === 0 || !(p > 0)) {
    box.append('p').text('No constant changes P.');
    return;
  }
  drawTornado(box, swings.slice(0, TORNADO.most), p);
  addSwingTable(box, swings);
}

views.push({
  id: 'sensitivity',
  title: 'What the verdict is sensitive to',
  note: 'Each constant moves alone over its range; blue: its low end, orange: its high end.',
  order: 50,
  available: () => cells.length > 0 && data.swings.length > 0,
  make: (body) => followCell(body, drawSensitivity),
});
