/* The roofline (Williams et al. 2009) of the selected designs: every operator by its intensity and the
 * rate that it reaches, under the roofs of the chip and of the engine. */

const ROOF_MARGIN = { top: 10, right: 14, bottom: 42, left: 76 };
const ROOF_HEIGHT = 320;
const LABELLED_OPERATORS = 4;
const ROOF_LINES = new Map([['engine', ' (dashed)'], ['ffn chip', ' (dotted)']]);

/* The peak of a number format over that of bf16. */
function mathRatio(format, of) {
  if (/fp8|int8/.test(format)) return of('fp8_ratio');
  return /fp4|int4/.test(format) ? of('fp4_ratio') : 1;
}

/* The roof of the devices of an FFN pool. */
function poolRoofOf({ parameters }) {
  const of = (name) => parameters[`pools.ffn.chip.${name}`];
  const peak = of('compute_units') * of('unit_flop_per_s')
    * mathRatio(parameters['precision.math'], of);
  return peak > 0 ? { unit: 'ffn chip', bandwidth: of('memory_byte_per_s'), peak } : null;
}

/* Bandwidth and peak of a unit of one device; the roof never lies below an operator. */
function roofOf(design, unit) {
  const { metrics, parameters } = design;
  const memory = parameters['chip.memory_byte_per_s'];
  if (unit === 'ffn chip') return poolRoofOf(design);
  const onEngine = unit === 'engine';
  const bandwidth = onEngine ? memory * metrics.engine_effective_bandwidth_ratio : memory;
  const ridge = onEngine ? metrics.engine_effective_ridge_flop_per_byte : metrics.ridge_flop_per_byte;
  const reached = d3.max(plottedOperators(design).filter((op) => op.unit === unit),
    (op) => op.rate) || 0;
  return bandwidth > 0 && ridge > 0
    ? { unit, bandwidth, peak: Math.max(bandwidth * ridge, reached) } : null;
}

function roofsOf(design) {
  return ['chip', 'engine', 'ffn chip'].map((unit) => roofOf(design, unit)).filter(Boolean);
}

/* Operators with arithmetic and memory traffic; collectives have neither, and a prefill beside a
 * decode step is no operator. */
function plottedOperators(design) {
  return design.operators
    .filter((op) => op.flop > 0 && op.byte > 0 && op.time_s > 0 && op.class !== 'prefill')
    .map((op) => ({ ...op, intensity: op.flop / op.byte, rate: op.flop / op.time_s }));
}

function roofScales(sides, width) {
  const operators = [].concat(...sides.map(({ design }) => plottedOperators(design)));
  const roofs = [].concat(...sides.map(({ design }) => roofsOf(design)));
  const ridges = roofs.map((roof) => roof.peak / roof.bandwidth);
  const x = d3.scaleLog()
    .domain([d3.min(operators, (op) => op.intensity) / 2,
      2 * Math.max(d3.max(operators, (op) => op.intensity), d3.max(ridges))])
    .range([ROOF_MARGIN.left, width - ROOF_MARGIN.right]);
  const y = d3.scaleLog()
    .domain([d3.min(operators, (op) => op.rate) / 2, 3 * d3.max(roofs, (roof) => roof.peak)])
    .range([ROOF_HEIGHT - ROOF_MARGIN.bottom, ROOF_MARGIN.top]);
  const size = d3.scaleSqrt().domain([0, d3.max(operators, (op) => op.time_s)]).range([4, 34]);
  return { x, y, size };
}

/* About one label per `apart` pixels, at powers of ten. */
function logTicks(scale, apart) {
  const [low, high] = scale.domain().map(Math.log10);
  const [from, to] = scale.range();
  const every = Math.max(1, Math.ceil((high - low) * apart / Math.abs(to - from)));
  return d3.range(Math.ceil(low), Math.floor(high) + 1, every).map((ten) => 10 ** ten);
}

function addRoofAxes(svg, { x, y }, width) {
  const bottom = ROOF_HEIGHT - ROOF_MARGIN.bottom;
  svg.append('g').attr('class', 'axis').attr('transform', `translate(0,${bottom})`)
    .call(d3.axisBottom(x).tickValues(logTicks(x, 60)).tickFormat((value) => quantity(value, '1')));
  svg.append('g').attr('class', 'axis').attr('transform', `translate(${ROOF_MARGIN.left},0)`)
    .call(d3.axisLeft(y).tickValues(logTicks(y, 40)).tickFormat((value) => quantity(value, 'FLOP')));
  svg.append('text').attr('class', 'axis-title').attr('x', width - ROOF_MARGIN.right)
    .attr('y', ROOF_HEIGHT - 6).attr('text-anchor', 'end').text('intensity, FLOP/B');
  svg.append('text').attr('class', 'axis-title').attr('x', ROOF_MARGIN.left + 6)
    .attr('y', ROOF_MARGIN.top + 4).text('FLOP/s of one device');
}

/* A roof from the left border over its ridge point to the right border. */
function roofPath({ x, y }, { bandwidth, peak }) {
  const [left, right] = x.domain();
  const low = Math.max(left, y.domain()[0] / bandwidth);
  return d3.line()([[low, low * bandwidth], [peak / bandwidth, peak], [right, peak]]
    .map(([a, b]) => [x(a), y(b)]));
}

/* The name of a roof stands over its end; under it if another name is there. */
function roofNameHeight(roof, roofs, y) {
  const ROOM = 18;
  const crowded = roofs.some((other) => other.peak > roof.peak
    && y(roof.peak) - y(other.peak) < ROOM);
  return y(roof.peak) + (crowded ? 14 : -5);
}

function addRoofs(svg, scales, roofs) {
  const [, right] = scales.x.domain();
  svg.append('g').selectAll('path').data(roofs).join('path')
    .attr('class', (roof) => `roof roof-${roof.unit.replace(' ', '-')}`)
    .attr('d', (roof) => roofPath(scales, roof));
  svg.append('g').selectAll('text').data(roofs).join('text').attr('class', 'roof-label')
    .attr('x', scales.x(right) - 2).attr('text-anchor', 'end')
    .attr('y', (roof) => roofNameHeight(roof, roofs, scales.y)).text((roof) => roof.unit);
}

/* "engine (dashed) 180 TFLOP/s, 180 TB/s" */
function roofText(roof) {
  return `${roof.unit}${ROOF_LINES.get(roof.unit) || ''} ${quantity(roof.peak, 'FLOP/s')},`
    + ` ${quantity(roof.bandwidth, 'B/s')}`;
}

function operatorTip(op, stepS) {
  return [
    ['class', op.class], ['runs on', op.unit], ['bound by', op.bound],
    ['time', `${quantity(op.time_s, 's')} (${percent(op.time_s / stepS)} of the step)`],
    ['intensity', op.byte > 0 ? quantity(op.flop / op.byte, 'FLOP/B') : ''],
    ['work', op.flop > 0 ? quantity(op.flop, 'FLOP') : ''],
    ['memory', op.byte > 0 ? quantity(op.byte, 'B') : ''],
    ['wire', op.wire_byte > 0 ? quantity(op.wire_byte, 'B') : ''],
    ['calls', quantity(op.count, '1')],
  ];
}

/* A circle on the chip, a square on the engine; the area is the time. */
function addOperators(svg, scales, design) {
  const operators = plottedOperators(design).sort((a, b) => b.time_s - a.time_s);
  const mark = (op) => d3.symbol().type(op.unit === 'engine' ? d3.symbolSquare : d3.symbolCircle)
    .size(12 + scales.size(op.time_s) ** 2 / 2)();
  const at = (op) => `translate(${scales.x(op.intensity)},${scales.y(op.rate)})`;
  svg.append('g').selectAll('path').data(operators).join('path')
    .attr('class', (op) => `operator class-${op.class}`).attr('d', mark).attr('transform', at)
    .on('mousemove', (op) => tooltip.show(d3.event, op.name, operatorTip(op, design.metrics.tpot_s)))
    .on('mouseleave', () => tooltip.hide());
  addOperatorLabels(svg, scales, operators.slice(0, LABELLED_OPERATORS));
}

/* Names of the longest operators, right of their marks, where the roof leaves room; at the right
 * border left of them. A name that finds no room near its mark is left out: hover tells it. */
function addOperatorLabels(svg, { x, y, size }, operators) {
  const LINE = 14;
  const taken = [];
  operators.forEach((op) => {
    const width = 7 * op.name.length;
    const away = size(op.time_s) / 2 + 5;
    const fits = x(op.intensity) + away + width < x.range()[1];
    const left = fits ? x(op.intensity) + away : x(op.intensity) - away - width;
    const home = y(op.rate) + 5;
    let top = home;
    const hits = (other) => other.left < left + width && left < other.left + other.width
      && Math.abs(other.top - top) < LINE;
    while (taken.some(hits)) top += LINE;
    if (top > home + 2 * LINE) return;
    taken.push({ left, width, top });
    svg.append('text').attr('class', 'operator-label').attr('y', top)
      .attr('x', fits ? left : left + width).attr('text-anchor', fits ? 'start' : 'end').text(op.name);
  });
}

function addRoofline(parent, side, scales, width) {
  const figure = parent.append('figure');
  const caption = figure.append('figcaption');
  caption.append('strong').text(side.text);
  caption.append('span').attr('class', 'note').text(roofsOf(side.design).map(roofText).join('; '));
  const svg = figure.append('svg').attr('viewBox', `0 0 ${width} ${ROOF_HEIGHT}`).attr('role', 'img')
    .attr('aria-label', `Roofline ${side.text}; the table has the same numbers`);
  addRoofAxes(svg, scales, width);
  addRoofs(svg, scales, roofsOf(side.design));
  addOperators(svg, scales, side.design);
}

const OPERATOR_COLUMNS = [
  { text: 'operator', value: (op) => op.name },
  { text: 'class', value: (op) => op.class },
  { text: 'runs on', value: (op) => op.unit },
  { text: 'bound by', value: (op) => op.bound },
  { text: 'time', value: (op) => quantity(op.time_s, 's'), number: true },
  { text: 'FLOP/B', value: (op) => (op.byte > 0 ? quantity(op.flop / op.byte) : '–'), number: true },
  { text: 'FLOP', value: (op) => quantity(op.flop, 'FLOP'), number: true },
  { text: 'memory', value: (op) => quantity(op.byte, 'B'), number: true },
  { text: 'wire', value: (op) => quantity(op.wire_byte, 'B'), number: true },
  { text: 'calls', value: (op) => quantity(op.count), number: true },
];

function addOperatorTable(parent, side) {
  const operators = side.design.operators.slice().sort((a, b) => b.time_s - a.time_s);
  const details = parent.append('details');
  details.append('summary').text(`${operators.length} operators ${side.text}, longest first`);
  const table = details.append('div').attr('class', 'scroll').append('table').attr('class', 'operators');
  table.append('thead').append('tr').selectAll('th').data(OPERATOR_COLUMNS).join('th')
    .attr('scope', 'col').attr('class', (column) => (column.number ? 'n' : null))
    .text((column) => column.text);
  table.append('tbody').selectAll('tr').data(operators).join('tr').each(function line(op) {
    d3.select(this).selectAll('td').data(OPERATOR_COLUMNS).join('td')
      .attr('class', (column) => (column.number ? 'n' : null)).text((column) => column.value(op));
  });
}

/* The classes that the operators have, with their colours. */
function addClassKey(box, sides) {
  const present = new Set([].concat(...sides.map(({ design }) =>
    plottedOperators(design).map((op) => op.class))));
  const key = box.append('p').attr('class', 'legend');
  [...present].forEach((name) => {
    const item = key.append('span');
    item.append('span').attr('class', `swatch class-${name}`);
    item.append('span').text(name);
  });
  key.append('span').text('circle: on the chip; square: on the engine; area: time');
}

function drawRooflines(box, index) {
  addSubject(box, index);
  const sides = sidesOf(index).filter((side) => side.name !== 'twin');
  if (sides.length === 0) return;
  addClassKey(box, sides);
  const pair = box.append('div').attr('class', 'pair');
  const width = Math.max(320, Math.min(560, box.node().clientWidth));
  const scales = roofScales(sides, width);
  sides.forEach((side) => addRoofline(pair, side, scales, width));
  sides.forEach((side) => addOperatorTable(box, side));
}

views.push({
  id: 'roofline',
  title: 'Roofline of every operator',
  note: 'Left of the ridge an operator waits for memory and an engine can help; right of it it computes.'
    + ' Operators run at the nominal clock here.',
  order: 30,
  available: () => cells.length > 0,
  make: (body) => followCell(body, drawRooflines),
});
