/* Parallel coordinates: a line per design over the swept parameters and the main metrics. Idea: every
 * axis turns its values into shares of its length once, so that a redraw only multiplies. Wide charts
 * have upright axes side by side, narrow ones lying axes one below the other. */

const AXIS_ROOM = 112; /* pixels from an upright axis to the next, at least */
const UPRIGHT = { least: 400, most: 560, share: 0.22, top: 62, bottom: 16 };
const LYING = { side: 18, top: 4, head: 20, line: 14, gap: 26 };
const NONE_SHARE = 0.08; /* of an axis, for designs without a value */
const LYING_BELOW = 640; /* pixels: narrower charts have lying axes, and those with less ... */
const AXIS_LEAST = 88; /* ... from an upright axis to the next */
const GLYPH = 6.7; /* pixels of a letter of a tick, about */
const CHUNK = 100; /* lines of one stroke: more are slow, fewer are many calls */
const FEW_LINES = 200; /* so few may be wider than a hair */

/* ---- axes ---- */

const parallelColumns = [...sweptColumns,
  ...mainMetrics.map((name) => columnMeta(name)),
  ...varyingColumns.filter(({ name }) => points.column(name).isNumber
    && !sweptColumns.some((column) => column.name === name) && !mainMetrics.includes(name))];

/* A value as a share of the axis, 0 at its lower end, and back. */
function numberAxisScale(values, log, from) {
  const [low, high] = d3.extent(values);
  return (log ? d3.scaleLog() : d3.scaleLinear()).domain([low, high]).range([from, 1]);
}

function wordAxisScale(values, from) {
  return d3.scalePoint().domain(values).range([from, 1]).padding(0.5);
}

function parallelAxis(name) {
  const { value, isNumber } = points.column(name);
  const values = distinctValues(name);
  const hasNone = allRows.some((row) => value(row) === null);
  const from = hasNone ? NONE_SHARE : 0;
  const log = isNumber && suitsLog(name);
  const scale = isNumber ? numberAxisScale(values, log, from) : wordAxisScale(values, from);
  const share = Float32Array.from(allRows, (row) => (value(row) === null ? 0 : scale(value(row))));
  return { name, isNumber, values, hasNone, from, log, scale, share };
}

const parallelAxes = new Map();

function axisOf(name) {
  if (!parallelAxes.has(name)) parallelAxes.set(name, parallelAxis(name));
  return parallelAxes.get(name);
}

/* The axes that fit side by side, or the most useful ones on a narrow screen. */
function firstParallelNames(width) {
  const most = Math.max(7, Math.floor(width / AXIS_ROOM));
  const swept = sweptColumns.map(({ name }) => name);
  const metrics = mainMetrics.slice(0, Math.max(4, most - swept.length));
  return [...swept.slice(0, most - Math.min(4, metrics.length)), ...metrics].slice(0, most);
}

/* ---- ticks ---- */

/* {share, text}: few values have a tick each, many have round numbers. */
function axisTicks(axis, count) {
  const few = !axis.isNumber || axis.values.length <= count;
  const values = few ? axis.values : numberTicks(axis.scale, axis.log, count);
  const ticks = values.map((value) => ({ share: axis.scale(value), text: tickText(axis.name, value) }));
  return axis.hasNone ? [{ share: 0, text: 'none' }, ...ticks] : ticks;
}

/* Breaks a long name at its hyphens, so that it stays short of the next axis. */
function tickLines(text, room) {
  const most = Math.max(6, Math.floor(room / GLYPH));
  const lines = [''];
  text.split(/(?<=[-_. ])/).forEach((part) => {
    const last = lines.length - 1;
    if (lines[last] && lines[last].length + part.length > most) lines.push(part);
    else lines[last] += part;
  });
  return lines.map((line) => line.trim());
}

/* Ticks of an upright axis that do not touch each other. */
function uprightTicks(chart, axis) {
  const LINE = 12;
  const ticks = axisTicks(axis, Math.floor(chart.length / 34))
    .map((tick) => ({ ...tick, lines: tickLines(tick.text, chart.step - 16) }));
  let free = Infinity;
  return ticks.filter(({ share, lines }) => {
    const middle = (1 - share) * chart.length;
    if (middle + lines.length * LINE / 2 > free + 1) return false;
    free = middle - lines.length * LINE / 2;
    return true;
  });
}

/* Ticks of a lying axis, in as many rows as they need. */
function lyingTicks(chart, axis) {
  const ends = [];
  return axisTicks(axis, Math.floor(chart.length / 60)).map((tick) => {
    const half = tick.text.length * GLYPH / 2 + 3;
    const middle = Math.max(half - LYING.side,
      Math.min(tick.share * chart.length, chart.length + LYING.side - half));
    let line = 0;
    while (ends[line] > middle - half) line += 1;
    ends[line] = middle + half;
    return { ...tick, middle, line };
  });
}

/* ---- layout ---- */

function layUpright(chart, width) {
  chart.step = width / chart.axes.length;
  chart.height = Math.max(UPRIGHT.least, Math.min(UPRIGHT.most, UPRIGHT.share * width));
  chart.length = chart.height - UPRIGHT.top - UPRIGHT.bottom;
  chart.offsets = chart.axes.map((axis, i) => (i + 0.5) * chart.step);
  chart.ticks = chart.axes.map((axis) => uprightTicks(chart, axis));
  chart.place = (i, share) => [chart.offsets[i], UPRIGHT.top + (1 - share) * chart.length];
}

function layLying(chart, width) {
  chart.length = width - 2 * LYING.side;
  chart.ticks = chart.axes.map((axis) => lyingTicks(chart, axis));
  let top = LYING.top;
  chart.offsets = chart.ticks.map((ticks) => {
    const at = top + LYING.head;
    top = at + LYING.line * (1 + d3.max(ticks, ({ line }) => line)) + LYING.gap;
    return at;
  });
  chart.height = top;
  chart.place = (i, share) => [LYING.side + share * chart.length, chart.offsets[i]];
}

function layParallel(chart, width) {
  chart.width = width;
  chart.lying = width < LYING_BELOW || width / chart.axes.length < AXIS_LEAST;
  (chart.lying ? layLying : layUpright)(chart, width);
  sizeLayers(chart.layers, width, chart.height);
  chart.hasBack = false;
  drawParallelAxes(chart);
  drawParallelLines(chart);
}

/* ---- lines ---- */

function traceLine(pen, chart, row) {
  chart.axes.forEach((axis, i) => {
    const [x, y] = chart.place(i, axis.share[row]);
    if (i === 0) pen.moveTo(x, y);
    else pen.lineTo(x, y);
  });
}

function strokeLines(pen, chart, rows) {
  pen.beginPath();
  rows.forEach((row) => traceLine(pen, chart, row));
  pen.stroke();
}

function chunksOf(rows) {
  return d3.range(0, rows.length, CHUNK).map((from) => rows.slice(from, from + CHUNK));
}

/* The colours take turns, so that none covers the others. */
function strokeByColour(pen, chart, groups) {
  const chunks = groups.map(({ colour, rows }) => ({ colour, chunks: chunksOf(rows) }));
  const turns = d3.max(chunks, (group) => group.chunks.length) || 0;
  d3.range(turns).forEach((turn) => chunks.filter((group) => turn < group.chunks.length)
    .forEach((group) => {
      pen.strokeStyle = group.colour;
      strokeLines(pen, chart, group.chunks[turn]);
    }));
}

/* All designs in grey, below; not before some of them are filtered out. */
function drawParallelBack(chart) {
  chart.hasBack = true;
  const pen = clearHairCanvas(chart.layers.canvases[0], chart.width, chart.height);
  pen.globalAlpha = 0.3;
  strokeByColour(pen, chart, [{ colour: cssColour('--greyed'), rows: allRows }]);
}

/* The designs that pass the filters: infeasible ones in grey, then those of each model. */
function drawParallelKept(chart) {
  const pen = clearHairCanvas(chart.layers.canvases[1], chart.width, chart.height);
  const byModel = d3.nest().key((row) => (isFeasible(row) ? modelOf(row) : ''))
    .sortKeys(d3.ascending).entries(chart.kept);
  const groups = byModel.map(({ key, values }) => (
    { colour: key ? modelColour(key) : cssColour('--greyed'), rows: values }));
  pen.globalAlpha = Math.max(0.25, Math.min(0.9, 60 / Math.sqrt(chart.kept.length * 20 + 1)));
  if (chart.kept.length < FEW_LINES) pen.lineWidth = 1.5;
  strokeByColour(pen, chart, groups);
}

function drawParallelLines(chart) {
  chart.kept = allRows.filter((row) => state.mask[row]);
  if (!chart.hasBack && chart.kept.length < points.n) drawParallelBack(chart);
  drawParallelKept(chart);
  drawParallelMarks(chart);
}

/* The chosen, the compared and the pointed design, above. */
function drawParallelMarks(chart) {
  const pen = clearCanvas(chart.layers.canvases[2], chart.width, chart.height);
  const stroke = (rows, colour, width) => {
    pen.strokeStyle = colour;
    pen.lineWidth = width;
    strokeLines(pen, chart, rows.filter((row) => row !== null));
  };
  const marked = [...state.compare, state.point, chart.pointedRow];
  stroke(marked, cssColour('--paper'), 6);
  stroke(state.compare, cssColour('--soft'), 2);
  stroke([state.point, chart.pointedRow], cssColour('--ink'), 2.5);
}

/* ---- axes ---- */

/* Labels are right of their axis, those of the last one left of it. */
function drawUprightTicks(node, ticks, chart, isLast) {
  const side = isLast ? -1 : 1;
  const rows = node.selectAll('g.tick').data(ticks).join((enter) => {
    const tick = enter.append('g').attr('class', 'tick');
    tick.append('line').attr('x2', 5 * side);
    tick.append('text').attr('class', 'halo').attr('text-anchor', isLast ? 'end' : 'start');
    return tick;
  }).attr('transform', ({ share }) => `translate(0,${UPRIGHT.top + (1 - share) * chart.length})`);
  rows.select('text').each(function text({ lines }) {
    d3.select(this).selectAll('tspan').data(lines).join('tspan').attr('x', 8 * side)
      .attr('dy', (line, i) => (i ? 12 : 4 - 6 * (lines.length - 1))).text((line) => line);
  });
}

function drawLyingTicks(node, ticks, chart) {
  const rows = node.selectAll('g.tick').data(ticks).join((enter) => {
    const tick = enter.append('g').attr('class', 'tick');
    tick.append('line');
    tick.append('text').attr('class', 'halo').attr('text-anchor', 'middle');
    return tick;
  });
  rows.select('line').attr('y2', 5)
    .attr('transform', ({ share }) => `translate(${LYING.side + share * chart.length},0)`);
  rows.select('text').attr('x', ({ middle }) => LYING.side + middle)
    .attr('y', ({ line }) => LYING.line * (line + 1)).text(({ text }) => text);
}

function drawParallelAxis(node, chart, i) {
  const [x0, y0] = chart.place(i, 0);
  const [x1, y1] = chart.place(i, 1);
  node.select('line.along').attr('x1', x0).attr('y1', y0).attr('x2', x1).attr('y2', y1);
  const ticks = node.select('.ticks').attr('transform',
    chart.lying ? `translate(0,${chart.offsets[i]})` : `translate(${chart.offsets[i]},0)`);
  ticks.selectAll('*').remove();
  (chart.lying ? drawLyingTicks : drawUprightTicks)(ticks, chart.ticks[i], chart,
    i === chart.axes.length - 1);
}

function drawParallelAxes(chart) {
  const groups = chart.layers.svg.selectAll('g.parallel-axis').data(chart.axes, ({ name }) => name)
    .join((enter) => {
      const group = enter.append('g').attr('class', 'parallel-axis axis');
      group.append('line').attr('class', 'along');
      group.append('g').attr('class', 'ticks');
      group.append('g').attr('class', 'axis-brush');
      return group;
    });
  groups.each(function draw(axis, i) {
    const node = d3.select(this);
    drawParallelAxis(node, chart, i);
    drawAxisBrush(chart, node.select('.axis-brush'), axis, i);
  });
  drawAxisHeads(chart);
}

/* ---- the view ---- */

function makeParallel(body) {
  const chart = { brushes: new Map(), pointedRow: null, kept: [] };
  chart.axes = firstParallelNames(body.clientWidth).map(axisOf);
  addParallelControls(chart, d3.select(body));
  chart.layers = addLayers(d3.select(body), ['back', 'kept', 'marks']);
  chart.heads = chart.layers.box.append('div').attr('class', 'axis-heads');
  addParallelPointer(chart);
  drawAtWidth(chart.layers.box.node(), (width) => layParallel(chart, width));
  state.on('filter', oncePerFrame(() => {
    forgetBrushes(chart);
    drawParallelLines(chart);
  }));
  const mark = oncePerFrame(() => drawParallelMarks(chart));
  state.on('point', mark);
  state.on('compare', mark);
  chart.mark = mark;
}

views.push({
  id: 'parallel',
  title: 'Parallel coordinates',
  note: 'A line per design. Drag along an axis to filter, drag its name to move it. By keys, on a name:'
    + ' left and right move the axis, up and down the upper end of its filter, with Shift the lower'
    + ' end, Delete takes the filter away.',
  order: 64,
  wide: true,
  available: () => parallelColumns.length > 1,
  make: makeParallel,
});
