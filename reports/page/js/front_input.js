/* What a person does with the Pareto front: choose axes, point, click, brush, zoom, walk by keys. */

/* ---- controls ---- */

function addAxisControls(chart, box, side) {
  const axis = chart[side];
  const group = box.append('span').attr('class', 'group');
  const select = addSelect(group, side === 'x' ? 'Across' : 'Up', frontColumns.map(({ name }) => name),
    plainName).attr('id', `front-${side}`).property('value', axis.name);
  const log = addSwitch(group, 'log').attr('id', `front-${side}-log`).property('checked', axis.log);
  const sense = addSelect(group, '', [1, -1], (one) => (one > 0 ? 'more is better' : 'less is better'))
    .attr('aria-label', `Which values of the axis ${side} are better`).property('value', axis.sense);
  select.on('change', () => {
    chart[side] = frontAxis(select.property('value'));
    log.property('checked', chart[side].log);
    sense.property('value', chart[side].sense);
    resetFrontZoom(chart);
  });
  log.on('change', () => {
    chart[side].log = log.property('checked');
    resetFrontZoom(chart);
  });
  sense.on('change', () => {
    chart[side].sense = Number(sense.property('value'));
    drawFront(chart);
  });
}

function addWorkloadControl(chart, box) {
  chart.workloads = [...new Set(allRows.map(rowWorkload))];
  if (chart.workloads.length < 2) chart.workloads = [];
  const select = addSelect(box.append('span').attr('class', 'group'), 'Workload',
    ['', ...chart.workloads], (text) => text || 'all').attr('id', 'front-workload');
  select.on('change', () => {
    chart.workload = select.property('value');
    resetFrontZoom(chart);
  });
  d3.select(select.node().parentNode).property('hidden', chart.workloads.length === 0);
  chart.showWorkload = (text) => {
    chart.workload = text;
    chart.window = null;
    chart.transform = d3.zoomIdentity;
    select.property('value', text);
  };
}

function addZoomControls(chart, box) {
  const group = box.append('span').attr('class', 'group');
  const zoomBy = (factor) => chart.zoom.scaleBy(chart.svg, factor);
  addButton(group, '+', () => zoomBy(NUDGE)).attr('aria-label', 'Zoom in');
  addButton(group, '−', () => zoomBy(1 / NUDGE)).attr('aria-label', 'Zoom out');
  chart.zoomButton = addButton(group, 'Zoom to the brush', () => zoomToBrush(chart))
    .attr('id', 'front-zoom-brush');
  addButton(group, 'Whole front', () => resetFrontZoom(chart)).attr('id', 'front-reset');
}

function addFrontControls(chart, body) {
  const box = body.append('div').attr('class', 'controls');
  addAxisControls(chart, box, 'x');
  addAxisControls(chart, box, 'y');
  addWorkloadControl(chart, box);
  addZoomControls(chart, box);
}

/* ---- the plot ---- */

function addFrontPlot(chart, body) {
  chart.layers = addLayers(body, ['cloud']);
  chart.svg = chart.layers.svg.attr('class', 'front').attr('tabindex', 0).attr('role', 'application')
    .attr('aria-label', 'Pareto front. Left and right walk along the front, up and down change the'
      + ' front, Enter chooses, C compares, plus and minus zoom, 0 shows all.');
  chart.svg.append('clipPath').attr('class', 'clip').attr('id', 'front-clip').append('rect');
  ['x', 'y'].forEach((side) => {
    chart.svg.append('g').attr('class', `${side} axis`);
    chart.svg.append('text').attr('class', `${side} axis-title`)
      .attr('text-anchor', side === 'x' ? 'end' : 'start');
  });
  const inside = chart.svg.append('g').attr('clip-path', 'url(#front-clip)');
  ['fronts', 'fronts-points', 'rings'].forEach((name) => inside.append('g').attr('class', name));
  chart.svg.append('g').attr('class', 'brush');
  chart.pointed = chart.svg.append('circle').attr('class', 'pointed').attr('r', 8)
    .attr('visibility', 'hidden');
  chart.words = body.append('div');
  addModelKey(chart.words, `filled: with ${subject.one}; open: without; ×: infeasible; grey: filtered out`);
  chart.words.append('ul').attr('class', 'knees');
  chart.words.append('p').attr('class', 'note status').attr('role', 'status');
  chart.words.append('div').attr('class', 'chosen');
  addFrontBrush(chart);
  addFrontZoom(chart);
  addFrontPointer(chart);
}

/* ---- pointing ---- */

function frontPointAt(chart, [x, y]) {
  return chart.tree.find(x, y, REACH) || null;
}

function frontTipRows(chart, row) {
  const metrics = [...new Set([chart.x.name, chart.y.name, ...mainMetrics])];
  return pointRows(row, metrics);
}

function pointAtFront(chart, point, at) {
  chart.pointed.attr('visibility', point ? 'visible' : 'hidden');
  if (!point) {
    tooltip.hide();
    return;
  }
  chart.pointed.attr('cx', point.x).attr('cy', point.y);
  tooltip.show(at, pointTitle(point.row), frontTipRows(chart, point.row), reasonOf(point.row));
}

function addFrontPointer(chart) {
  const node = chart.svg.node();
  chart.svg.on('mousemove.point', () => {
    pointAtFront(chart, frontPointAt(chart, d3.mouse(node)), d3.event);
  }).on('mouseleave.point', () => pointAtFront(chart, null))
    .on('click.point', () => {
      const point = frontPointAt(chart, d3.mouse(node));
      if (point) choosePoint(point.row, d3.event.shiftKey);
    })
    .on('keydown.point', () => frontKey(chart, d3.event))
    .on('blur.point', () => pointAtFront(chart, null));
}

/* ---- keys ---- */

/* Moves along the front, or to the nearest point of another one. */
function walkFront(chart, along, across) {
  if (chart.lines.length === 0) return;
  const at = chart.walk || { line: 0, i: -1 };
  const line = (at.line + across + chart.lines.length) % chart.lines.length;
  const left = chart.lines[line].rows.slice()
    .sort((a, b) => chart.x.value(a) - chart.x.value(b));
  const i = Math.max(0, Math.min(left.length - 1, at.i + along));
  const row = left[i];
  chart.walk = { line, i, row };
  const place = chart.all.find((point) => point.row === row);
  const box = chart.svg.node().getBoundingClientRect();
  const grown = box.width / chart.width;
  pointAtFront(chart, place,
    { clientX: box.left + place.x * grown, clientY: box.top + place.y * grown });
}

function frontKey(chart, event) {
  const walked = chart.walk && chart.walk.row;
  const acts = {
    ArrowRight: () => walkFront(chart, 1, 0),
    ArrowLeft: () => walkFront(chart, -1, 0),
    ArrowUp: () => walkFront(chart, 0, -1),
    ArrowDown: () => walkFront(chart, 0, 1),
    Enter: () => walked !== undefined && choosePoint(walked, event.shiftKey),
    c: () => walked !== undefined && choosePoint(walked, true),
    '+': () => chart.zoom.scaleBy(chart.svg, NUDGE),
    '-': () => chart.zoom.scaleBy(chart.svg, 1 / NUDGE),
    0: () => resetFrontZoom(chart),
  };
  if (!acts[event.key] || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  acts[event.key]();
}

/* ---- brush ---- */

/* A brush is kept as ranges of values, so that it stays where it is when the chart is drawn anew. */
function brushedRanges(chart, [[left, top], [right, bottom]]) {
  return { x: [chart.scaleX.invert(left), chart.scaleX.invert(right)],
    y: [chart.scaleY.invert(bottom), chart.scaleY.invert(top)],
    names: [chart.x.name, chart.y.name] };
}

function setFrontFilter(chart, ranges) {
  chart.brushed = ranges;
  if (!ranges) {
    state.setFilter('front', null);
    return;
  }
  const axes = [chart.x, chart.y];
  const within = axes.map(({ value }, i) => {
    const [low, high] = i === 0 ? ranges.x : ranges.y;
    return (row) => value(row) !== null && value(row) >= low && value(row) <= high;
  });
  state.setFilter('front', (row) => within[0](row) && within[1](row),
    axes.map(({ name }, i) => `${plainName(name)} ${rangeOfColumn(name, i ? ranges.y : ranges.x)}`)
      .join(', '));
}

function addFrontBrush(chart) {
  const live = oncePerFrame((ranges) => setFrontFilter(chart, ranges));
  chart.brush = d3.brush().keyModifiers(false)
    .on('brush', () => {
      if (byHand() && d3.event.selection) live(brushedRanges(chart, d3.event.selection));
    })
    .on('end', () => {
      if (!byHand()) return;
      const { selection } = d3.event;
      const onPoint = !selection && frontPointAt(chart, d3.mouse(chart.svg.node()));
      if (!onPoint) setFrontFilter(chart, selection ? brushedRanges(chart, selection) : null);
      else showFrontBrush(chart);
    });
}

/* The box of the brush, if its filter is still set and on these axes. */
function showFrontBrush(chart) {
  const { brushed } = chart;
  const shown = brushed !== null && state.filters.has('front')
    && brushed.names.join() === [chart.x.name, chart.y.name].join();
  const box = shown ? [
    [chart.scaleX(brushed.x[0]), chart.scaleY(brushed.y[1])],
    [chart.scaleX(brushed.x[1]), chart.scaleY(brushed.y[0])],
  ] : null;
  chart.zoomButton.property('disabled', !shown);
  moveBrush(chart.svg.select('.brush'), chart.brush, box);
}

/* ---- zoom ---- */

function addFrontZoom(chart) {
  chart.zoom = d3.zoom().scaleExtent([1, 64])
    .filter(() => (d3.event.type === 'wheel' ? d3.event.ctrlKey || d3.event.metaKey
      : Boolean(d3.event.touches) && d3.event.touches.length > 1))
    .on('zoom', () => {
      chart.transform = d3.event.transform;
      drawFront(chart);
    });
  chart.svg.call(chart.zoom).on('dblclick.zoom', null);
}

function resetFrontZoom(chart) {
  chart.window = null;
  chart.zoom.transform(chart.svg, d3.zoomIdentity);
}

function zoomToBrush(chart) {
  chart.window = { x: chart.brushed.x, y: chart.brushed.y };
  chart.zoom.transform(chart.svg, d3.zoomIdentity);
}
