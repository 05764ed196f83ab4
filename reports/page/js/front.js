/* The Pareto front of any two columns: a cloud of the designs of a workload, a front per model, the
 * knee of each. Every point is a whole design. A brush sets the filter "front". */

const FRONT_MARGIN = { top: 14, right: 36, bottom: 46, left: 76 };
const REACH = 16; /* pixels from the pointer to a point that it means */
const DOT = { kept: 34, greyed: 14, marked: 110 }; /* areas of symbols, in square pixels */
const NUDGE = 1.4; /* a step of the zoom buttons */

/* Columns that can be an axis: the metrics first. */
const frontColumns = [...mainMetrics.map((name) => columnMeta(name)),
  ...metricColumns.filter(({ name }) => !mainMetrics.includes(name)),
  ...varyingColumns.filter(({ name }) => points.column(name).isNumber
    && !metricColumns.some((column) => column.name === name))];

function frontAxis(name) {
  return { name, value: points.column(name).value, sense: senseOf(name), log: suitsLog(name) };
}

/* The price across and the rate up, if these are the objectives. */
function firstFrontAxes() {
  const names = [...new Set([...objectiveNames, ...frontColumns.map(({ name }) => name)])]
    .filter((name) => frontColumns.some((column) => column.name === name)).slice(0, 2);
  return names.map(frontAxis).sort((a, b) => a.sense - b.sense);
}

/* ---- what is shown ---- */

function frontShownRows(chart) {
  return allRows.filter((row) => !chart.workload || rowWorkload(row) === chart.workload);
}

function hasPlace(chart, row) {
  return [chart.x, chart.y].every((axis) => {
    const value = axis.value(row);
    return value !== null && (!axis.log || value > 0);
  });
}

/* The fronts of the designs that pass the filters, a model and a workload each. */
function frontLines(chart) {
  const usable = chart.placed.map(({ row }) => row)
    .filter((row) => state.mask[row] && isFeasible(row));
  return d3.nest().key((row) => JSON.stringify([modelOf(row), rowWorkload(row)])).entries(usable)
    .map(({ values }) => {
      const rows = frontRows(values, chart.x, chart.y);
      return { model: modelOf(values[0]), workload: rowWorkload(values[0]), rows,
        knee: kneeOf(rows, chart.x, chart.y) };
    });
}

/* ---- scales ---- */

/* The domain of an axis with a little room, over all points that the chart can show. */
function frontDomain(axis, rows) {
  const [low, high] = d3.extent(rows, axis.value);
  if (axis.log) return low === high ? [low / 2, high * 2] : [low / 1.25, high * 1.4];
  const room = low === high ? Math.abs(low) / 2 || 1 : 0.05 * (high - low);
  return [low - room, high + 1.6 * room];
}

function frontScale(axis, domain, range) {
  return (axis.log ? d3.scaleLog() : d3.scaleLinear()).domain(domain).range(range);
}

/* The scales before the zoom, and as zoomed. */
function setFrontScales(chart) {
  const { width, height } = chart;
  const rows = frontShownRows(chart).filter((row) => hasPlace(chart, row));
  const { left, right, top, bottom } = FRONT_MARGIN;
  const within = chart.window || { x: frontDomain(chart.x, rows), y: frontDomain(chart.y, rows) };
  chart.rows = rows;
  chart.baseX = frontScale(chart.x, within.x, [left, width - right]);
  chart.baseY = frontScale(chart.y, within.y, [height - bottom, top]);
  chart.scaleX = chart.transform.rescaleX(chart.baseX);
  chart.scaleY = chart.transform.rescaleY(chart.baseY);
}

function placeFrontPoints(chart) {
  const { left, right, top, bottom } = FRONT_MARGIN;
  const inside = ({ x, y }) => x >= left - 1 && x <= chart.width - right + 1
    && y >= top - 1 && y <= chart.height - bottom + 1;
  chart.all = chart.rows.map((row) => (
    { row, x: chart.scaleX(chart.x.value(row)), y: chart.scaleY(chart.y.value(row)) }));
  chart.placed = chart.all;
  chart.tree = d3.quadtree(chart.all.filter(inside), (d) => d.x, (d) => d.y);
}

/* ---- the cloud ---- */

/* A cross for an infeasible point, else the symbol of the model: open without the subject. */
function dotOf(row, size) {
  return isFeasible(row) ? modelMark(modelOf(row), size)
    : 'M-2.4,-2.4L2.4,2.4M-2.4,2.4L2.4,-2.4';
}

const dotPaths = new Map();

function dotPath(row, size) {
  const key = `${isFeasible(row) ? modelOf(row) : ''} ${size}`;
  if (!dotPaths.has(key)) dotPaths.set(key, new Path2D(dotOf(row, size)));
  return dotPaths.get(key);
}

function hasSubject(row) {
  const name = points.column(subject.column).value(row);
  return name !== null && name !== 'none';
}

function drawDot(pen, { row, x, y }, colours) {
  const kept = state.mask[row] && isFeasible(row);
  const path = dotPath(row, state.mask[row] ? DOT.kept : DOT.greyed);
  pen.save();
  pen.translate(x, y);
  pen.strokeStyle = kept ? modelColour(modelOf(row)) : colours.grey;
  pen.fillStyle = kept && hasSubject(row) ? modelColour(modelOf(row)) : colours.paper;
  pen.globalAlpha = kept ? 0.75 : 0.6;
  if (isFeasible(row)) pen.fill(path);
  pen.stroke(path);
  pen.restore();
}

/* Greyed points lie under the others. */
function drawFrontCloud(chart) {
  const pen = clearCanvas(chart.layers.canvases[0], chart.width, chart.height);
  const colours = { grey: cssColour('--greyed'), paper: cssColour('--paper') };
  const { left, right, top, bottom } = FRONT_MARGIN;
  pen.beginPath();
  pen.rect(left, top, chart.width - left - right, chart.height - top - bottom);
  pen.clip();
  pen.lineWidth = 1.1;
  const rank = ({ row }) => (state.mask[row] ? 2 : 0) + (isFeasible(row) ? 1 : 0);
  const ordered = d3.nest().key(rank).sortKeys(d3.ascending).entries(chart.placed);
  ordered.forEach(({ values }) => values.forEach((point) => drawDot(pen, point, colours)));
}

/* ---- axes, fronts, marks ---- */

function frontTicks(node, scale, axis, draw, count) {
  node.call(draw(scale).tickValues(numberTicks(scale, axis.log, count)).tickSizeOuter(0)
    .tickFormat((value) => tickText(axis.name, value)));
}

function axisCaption(axis) {
  const good = axis.sense > 0 ? 'more is better' : 'less is better';
  return `${plainName(axis.name)} (${good}${axis.log ? ', log' : ''})`;
}

function drawFrontAxes(chart) {
  const { svg, width, height } = chart;
  const bottom = height - FRONT_MARGIN.bottom;
  svg.select('.x.axis').attr('transform', `translate(0,${bottom})`)
    .call(frontTicks, chart.scaleX, chart.x, d3.axisBottom, Math.max(3, width / 110));
  svg.select('.y.axis').attr('transform', `translate(${FRONT_MARGIN.left},0)`)
    .call(frontTicks, chart.scaleY, chart.y, d3.axisLeft, Math.max(4, height / 50));
  svg.select('.x.axis-title').attr('x', width - FRONT_MARGIN.right).attr('y', height - 8)
    .text(axisCaption(chart.x));
  svg.select('.y.axis-title').attr('x', FRONT_MARGIN.left + 6).attr('y', FRONT_MARGIN.top + 2)
    .text(axisCaption(chart.y));
}

/* Steps over what the front attains: between two of its points the worse of both values. */
function frontPath(chart, rows) {
  const [first, ...rest] = rows.map((row) =>
    [chart.scaleX(chart.x.value(row)), chart.scaleY(chart.y.value(row))]);
  return first ? `M${first}${rest.map(([x, y]) => `H${x}V${y}`).join('')}` : '';
}

function drawFrontLines(chart) {
  chart.svg.select('.fronts').selectAll('path').data(chart.lines).join('path')
    .attr('class', 'front-line').attr('stroke', ({ model }) => modelColour(model))
    .attr('d', ({ rows }) => frontPath(chart, rows));
  const marks = d3.merge(chart.lines.map(({ rows }) => rows));
  chart.svg.select('.fronts-points').selectAll('path').data(marks).join('path')
    .attr('class', 'front-point').attr('d', (row) => dotOf(row, DOT.kept * 1.6))
    .attr('fill', (row) => (hasSubject(row) ? modelColour(modelOf(row)) : 'var(--paper)'))
    .attr('stroke', (row) => modelColour(modelOf(row)))
    .attr('transform', (row) => atPoint(chart, row));
}

function atPoint(chart, row) {
  return `translate(${chart.scaleX(chart.x.value(row))},${chart.scaleY(chart.y.value(row))})`;
}

/* Which knees have room for the word: it must not touch the word of one before. */
function roomyKnees(chart, knees) {
  const WORD = { width: 34, height: 14 };
  const placed = [];
  return knees.filter((row) => {
    const [x, y] = [chart.scaleX(chart.x.value(row)), chart.scaleY(chart.y.value(row))];
    const touches = placed.some((other) =>
      Math.abs(other.x - x) < WORD.width && Math.abs(other.y - y) < WORD.height);
    if (!touches) placed.push({ x, y });
    return !touches;
  });
}

/* A ring and a word for knees, the chosen point and the compared ones. */
function frontRings(chart) {
  const rows = chart.lines.map(({ knee }) => knee).filter((knee) => knee !== null);
  const roomy = roomyKnees(chart, rows);
  const knees = rows.map((row) => ({ row, kind: 'knee', text: roomy.includes(row) ? 'knee' : '' }));
  const compared = state.compare.map((row, i) => ({ row, kind: 'compared', text: `${i + 1}` }));
  const chosen = state.point === null ? [] : [{ row: state.point, kind: 'chosen', text: '' }];
  return [...knees, ...compared, ...chosen].filter(({ row }) => chart.rows.includes(row));
}

function drawFrontRings(chart) {
  const rings = chart.svg.select('.rings').selectAll('g').data(frontRings(chart)).join((enter) => {
    const ring = enter.append('g');
    ring.append('circle');
    ring.append('text').attr('x', 10).attr('y', -8);
    return ring;
  });
  rings.attr('class', ({ kind }) => `ring ${kind}`).attr('transform', ({ row }) => atPoint(chart, row));
  rings.select('circle').attr('r', ({ kind }) => (kind === 'knee' ? 9 : 7));
  rings.select('text').text(({ text }) => text);
}

/* ---- words under the chart ---- */

function frontStatus(chart) {
  const shown = frontShownRows(chart);
  const without = shown.length - chart.rows.length;
  const onFronts = d3.sum(chart.lines, ({ rows }) => rows.length);
  const kept = chart.rows.filter((row) => state.mask[row]).length;
  const workload = chart.workload ? `Workload: ${chart.workload}. ` : '';
  return `${workload}${kept} of ${chart.rows.length} points pass the filters; ${onFronts} are on a front.${
    without ? ` ${without} infeasible points have no value on these axes.` : ''}`;
}

function drawKnees(chart) {
  const knees = chart.lines.filter(({ knee }) => knee !== null);
  const items = chart.words.select('.knees').selectAll('li').data(knees).join((enter) => {
    const item = enter.append('li');
    item.append('span').attr('class', 'knee-mark');
    item.append('button').attr('type', 'button').attr('class', 'link');
    return item;
  });
  items.select('.knee-mark').each(function mark({ model }) {
    const box = d3.select(this);
    box.selectAll('*').remove();
    addModelMark(box, model);
  });
  items.select('button').text((line) => kneeText(chart, line))
    .on('click', ({ knee }) => state.setPoint(knee));
  chart.words.select('.status').text(frontStatus(chart));
}

/* The design under the pointer is told by the tooltip; the chosen one stays beside the chart. */
function drawChosen(chart) {
  const box = chart.words.select('.chosen');
  box.property('hidden', state.point === null).selectAll('*').remove();
  if (state.point === null) return;
  const row = state.point;
  box.append('p').attr('class', 'tip-title').text(`Chosen: ${pointTitle(row)}`);
  addFacts(box, frontTipRows(chart, row));
  const buttons = box.append('div').attr('class', 'controls');
  addButton(buttons, state.compare.includes(row) ? 'Do not compare' : 'Compare',
    () => state.toggleCompare(row));
  addButton(buttons, 'Clear', () => state.setPoint(null));
}

function kneeText(chart, { model, workload, knee }) {
  const where = chart.workload ? model : [model, workload].filter(Boolean).join(', ');
  const values = [chart.x, chart.y].map((axis) => columnText(axis.name, axis.value(knee)));
  return `Knee of ${where}: ${values.join(', ')}; ${partNames(knee)}`;
}

/* ---- drawing ---- */

function drawFront(chart) {
  setFrontScales(chart);
  placeFrontPoints(chart);
  chart.lines = frontLines(chart);
  drawFrontCloud(chart);
  drawFrontAxes(chart);
  drawFrontLines(chart);
  drawFrontRings(chart);
  drawKnees(chart);
  drawChosen(chart);
  showFrontBrush(chart);
}

function layFront(chart, width) {
  chart.width = width;
  chart.height = Math.round(Math.max(320, Math.min(620, width * 0.6)));
  sizeLayers(chart.layers, width, chart.height);
  const { left, right, top, bottom } = FRONT_MARGIN;
  const inside = [[left, top], [width - right, chart.height - bottom]];
  chart.svg.select('.clip rect').attr('x', left).attr('y', top)
    .attr('width', width - left - right).attr('height', chart.height - top - bottom);
  chart.brush.extent(inside);
  chart.zoom.extent(inside).translateExtent(inside);
  chart.svg.select('.brush').call(chart.brush);
  drawFront(chart);
}

function makeFront(body) {
  const [x, y] = firstFrontAxes();
  const chart = { x, y, workload: '', transform: d3.zoomIdentity, window: null, brushed: null };
  addFrontControls(chart, d3.select(body));
  addFrontPlot(chart, d3.select(body).append('div').attr('class', 'beside'));
  followFrontState(chart);
  drawAtWidth(chart.layers.box.node(), (width) => layFront(chart, width));
}

/* Shows the workload of the cell that is chosen in the map. */
function followFrontState(chart) {
  const redraw = oncePerFrame(() => drawFront(chart));
  const showCell = (index) => {
    const text = index === null ? '' : workloadText(cells[index]);
    if (chart.workloads.includes(text)) chart.showWorkload(text);
  };
  showCell(state.cell);
  state.on('cell', (index) => {
    showCell(index);
    redraw();
  });
  state.on('filter', redraw);
  state.on('point', redraw);
  state.on('compare', redraw);
}

views.push({
  id: 'front',
  title: 'Pareto front',
  note: 'Every mark is a whole design: point at it, click to choose it, Shift and click to compare it.'
    + ' Drag a box to filter; Ctrl and the wheel zoom.',
  order: 62,
  wide: true,
  available: () => frontColumns.length > 1,
  make: makeFront,
});
