/* What a person does with the parallel coordinates: brush axes, move them, choose them, point. */

const BRUSH_HALF = 12; /* pixels on each side of an axis */
const POINT_REACH = 10; /* pixels from the pointer to a line that it means */
const KEY_STEP = 0.05; /* of an axis */

/* ---- brushes: Map of axis name -> [low, high] as shares ---- */

/* "96 GB to 192 GB", "attacc, duplex" */
function brushText(axis, [low, high]) {
  const none = axis.hasNone && low <= 0 ? ['none'] : [];
  if (!axis.isNumber) {
    const inside = axis.values.filter((value) => axis.scale(value) >= low && axis.scale(value) <= high);
    return [...none, ...inside].join(', ') || 'nothing';
  }
  if (high < axis.from) return none.join();
  const range = [Math.max(low, axis.from), high].map((share) => axis.scale.invert(share));
  return [...none, rangeOfColumn(axis.name, range)].join(', ');
}

function setAxisBrush(chart, axis, range) {
  const filter = `axis ${axis.name}`;
  if (!range) {
    chart.brushes.delete(axis.name);
    state.setFilter(filter, null);
    return;
  }
  const [low, high] = range;
  chart.brushes.set(axis.name, range);
  state.setFilter(filter, (row) => axis.share[row] >= low && axis.share[row] <= high,
    `${shortName(axis.name)} ${brushText(axis, range)}`);
}

/* Brushes whose filter was taken away elsewhere. */
function forgetBrushes(chart) {
  const gone = [...chart.brushes.keys()].filter((name) => !state.filters.has(`axis ${name}`));
  gone.forEach((name) => chart.brushes.delete(name));
  if (gone.length) drawParallelAxes(chart);
}

/* The ends of a brush, in pixels, as shares; the ends of the axis take all that is there. */
function sharesOf(chart, [from, to]) {
  const shares = chart.lying
    ? [from, to].map((x) => (x - LYING.side) / chart.length)
    : [to, from].map((y) => 1 - (y - UPRIGHT.top) / chart.length);
  const rounding = 1e-6; /* shares of points are single precision */
  return [shares[0] - rounding, shares[1] + rounding];
}

function pixelsOf(chart, i, [low, high]) {
  const along = chart.lying ? 0 : 1;
  const ends = [low, high].map((share) =>
    chart.place(i, Math.max(0, Math.min(1, share)))[along]);
  return ends.sort(d3.ascending);
}

function brushExtent(chart, i) {
  const [x0, y0] = chart.place(i, 0);
  const [x1, y1] = chart.place(i, 1);
  return chart.lying ? [[x0, y0 - BRUSH_HALF], [x1, y0 + BRUSH_HALF]]
    : [[x0 - BRUSH_HALF, y1], [x0 + BRUSH_HALF, y0]];
}

function drawAxisBrush(chart, node, axis, i) {
  const live = oncePerFrame((range) => setAxisBrush(chart, axis, range));
  const brushed = () => d3.event.selection && sharesOf(chart, d3.event.selection);
  const brush = (chart.lying ? d3.brushX() : d3.brushY()).extent(brushExtent(chart, i))
    .on('brush', () => { if (byHand()) live(brushed()); })
    .on('end', () => { if (byHand()) live(brushed()); });
  const range = chart.brushes.get(axis.name);
  node.call(brush);
  moveBrush(node, brush, range ? pixelsOf(chart, i, range) : null);
}

/* ---- heads: the names of the axes, which move them ---- */

function moveAxis(chart, axis, to) {
  const from = chart.axes.indexOf(axis);
  const at = Math.max(0, Math.min(chart.axes.length - 1, to));
  if (at === from) return;
  chart.axes.splice(from, 1);
  chart.axes.splice(at, 0, axis);
  layParallel(chart, chart.width);
}

/* Up and down: the upper end of the brush; with Shift the lower end. */
function stepBrush(chart, axis, direction, isLower) {
  const step = direction * (axis.isNumber ? KEY_STEP : 1 / axis.values.length);
  const range = [...(chart.brushes.get(axis.name) || [0, 1])];
  range[isLower ? 0 : 1] += step;
  const [low, high] = range.map((share) => Math.max(0, Math.min(1, share)));
  setAxisBrush(chart, axis, low <= 0 && high >= 1 ? null : [Math.min(low, high), Math.max(low, high)]);
  drawParallelAxes(chart);
}

function headKey(chart, axis, event) {
  const at = chart.axes.indexOf(axis);
  const acts = {
    ArrowLeft: () => moveAxis(chart, axis, at - 1),
    ArrowRight: () => moveAxis(chart, axis, at + 1),
    ArrowUp: () => stepBrush(chart, axis, 1, event.shiftKey),
    ArrowDown: () => stepBrush(chart, axis, -1, event.shiftKey),
    Delete: () => setAxisBrush(chart, axis, null),
  };
  if (!acts[event.key]) return;
  event.preventDefault();
  acts[event.key]();
  chart.heads.selectAll('.axis-head').filter((other) => other === axis).node().focus();
}

/* The place in the order that the pointer is at. */
function orderAt(chart, [x, y]) {
  const along = chart.lying ? y : x;
  return d3.scan(chart.offsets.map((offset) => Math.abs(offset - along)));
}

function headDrag(chart) {
  const box = chart.layers.box.node();
  return d3.drag().container(box)
    .on('drag', (axis) => moveAxis(chart, axis, orderAt(chart, [d3.event.x, d3.event.y])))
    .subject(() => {
      const [x, y] = d3.mouse(box);
      return { x, y };
    });
}

function headText(chart, axis) {
  const range = chart.brushes.get(axis.name);
  return `Axis ${plainName(axis.name)}${range ? `, only ${brushText(axis, range)}` : ''}`;
}

function drawAxisHeads(chart) {
  const heads = chart.heads.selectAll('.axis-head').data(chart.axes, ({ name }) => name)
    .join((enter) => enter.append('div').attr('class', 'axis-head').attr('role', 'button')
      .attr('tabindex', 0).text(({ name }) => shortName(name))
      .attr('title', ({ name }) => columnMeta(name).doc)
      .on('keydown', (axis) => headKey(chart, axis, d3.event)).call(headDrag(chart)));
  const lying = (i) => ({ left: 0, top: chart.offsets[i] - LYING.head, width: chart.width,
    height: LYING.head });
  const upright = (i) => ({ left: chart.offsets[i] - chart.step / 2 + 2, top: 0,
    width: chart.step - 4, height: UPRIGHT.top - 8 });
  heads.order().classed('lying', chart.lying)
    .attr('aria-label', (axis) => headText(chart, axis));
  ['left', 'top', 'width', 'height'].forEach((side) => {
    const whole = side === 'left' || side === 'width' ? chart.width : chart.height;
    heads.style(side, (axis, i) => `${100 * (chart.lying ? lying : upright)(i)[side] / whole}%`);
  });
}

/* ---- which axes ---- */

function addParallelControls(chart, body) {
  const box = body.append('div').attr('class', 'controls');
  const shown = new Set(chart.axes.map(({ name }) => name));
  addMenu(box, 'Axes', parallelColumns.map(({ name, doc }) => (
    { name, text: plainName(name), doc, isOn: shown.has(name) })), (name, isOn) => {
    if (isOn) chart.axes.push(axisOf(name));
    else if (chart.axes.length > 2) chart.axes = chart.axes.filter((axis) => axis.name !== name);
    if (!isOn) setAxisBrush(chart, axisOf(name), null);
    layParallel(chart, chart.width);
  });
  addModelKey(body, 'grey: infeasible or filtered out');
}

/* ---- pointing ---- */

/* The axis before the place along the axes, and the share of the way to the next one. */
function segmentAt(chart, along) {
  const i = Math.max(0, Math.min(chart.offsets.length - 2, d3.bisect(chart.offsets, along) - 1));
  const gap = chart.offsets[i + 1] - chart.offsets[i];
  return { i, part: Math.max(0, Math.min(1, (along - chart.offsets[i]) / gap)) };
}

/* The kept line nearest to a place, or null if none is near. */
function lineAt(chart, [x, y]) {
  const { i, part } = segmentAt(chart, chart.lying ? y : x);
  const across = chart.lying ? (x - LYING.side) / chart.length
    : 1 - (y - UPRIGHT.top) / chart.length;
  const [before, after] = [chart.axes[i].share, chart.axes[i + 1].share];
  const distance = (row) => Math.abs(before[row] * (1 - part) + after[row] * part - across);
  const best = chart.kept[d3.scan(chart.kept, (a, b) => distance(a) - distance(b))];
  return best !== undefined && distance(best) * chart.length <= POINT_REACH ? best : null;
}

function pointAtLine(chart, row) {
  if (row !== chart.pointedRow) {
    chart.pointedRow = row;
    chart.mark();
  }
  if (row === null) tooltip.hide();
  else tooltip.show(d3.event, pointTitle(row), pointRows(row, mainMetrics), reasonOf(row));
}

function addParallelPointer(chart) {
  const { svg } = chart.layers;
  svg.attr('class', 'parallel').attr('role', 'img').attr('aria-label',
    'Parallel coordinates of the designs; the table of designs has the same numbers');
  svg.append('rect').attr('class', 'hit').attr('width', '100%').attr('height', '100%');
  svg.on('mousemove', () => pointAtLine(chart, lineAt(chart, d3.mouse(svg.node()))))
    .on('mouseleave', () => pointAtLine(chart, null))
    .on('click', () => {
      const row = lineAt(chart, d3.mouse(svg.node()));
      if (row !== null) choosePoint(row, d3.event.shiftKey);
    });
}
