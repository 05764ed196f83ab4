/* How the search went: the hypervolume of what it had found, over the points that it had evaluated. */

const SEARCH_MARGIN = { top: 12, right: 24, bottom: 40, left: 52 };
const SEARCH_HEIGHT = 260;
const NEARLY = 0.99; /* of the final hypervolume */

/* "99 % of the final hypervolume after 1200 of 9000 points" */
function searchSentence() {
  const [count, final] = data.search[data.search.length - 1];
  const [when] = data.search.find(([, volume]) => volume >= NEARLY * final);
  return `Strategy ${data.strategy}: ${percent(NEARLY, 0)} of the final hypervolume after ${
    when} of ${count} points.`;
}

function searchScales(width) {
  const last = data.search[data.search.length - 1][0];
  return {
    x: d3.scaleLinear().domain([0, last]).range([SEARCH_MARGIN.left, width - SEARCH_MARGIN.right]),
    y: d3.scaleLinear().domain([0, d3.max(data.search, ([, volume]) => volume) || 1]).nice()
      .range([SEARCH_HEIGHT - SEARCH_MARGIN.bottom, SEARCH_MARGIN.top]),
  };
}

function addSearchAxes(svg, { x, y }, width) {
  svg.append('g').attr('class', 'axis')
    .attr('transform', `translate(0,${SEARCH_HEIGHT - SEARCH_MARGIN.bottom})`)
    .call(d3.axisBottom(x).ticks(width / 110).tickFormat((value) => quantity(value)));
  svg.append('g').attr('class', 'axis').attr('transform', `translate(${SEARCH_MARGIN.left},0)`)
    .call(d3.axisLeft(y).ticks(5).tickFormat((value) => general(value, 3)));
  svg.append('text').attr('class', 'axis-title').attr('x', width - SEARCH_MARGIN.right)
    .attr('y', SEARCH_HEIGHT - 6).attr('text-anchor', 'end').text('points evaluated');
  svg.append('text').attr('class', 'axis-title halo').attr('x', SEARCH_MARGIN.left + 6)
    .attr('y', SEARCH_MARGIN.top + 4).text('hypervolume');
}

/* The step of the search under the pointer. */
function pointAtSearch(svg, { x, y }) {
  const at = x.invert(d3.mouse(svg.node())[0]);
  const i = Math.max(0, d3.bisector(([count]) => count).right(data.search, at) - 1);
  const [count, volume] = data.search[i];
  svg.select('.pointed').attr('visibility', 'visible').attr('cx', x(count)).attr('cy', y(volume));
  tooltip.show(d3.event, `after ${count} points`, [['hypervolume', general(volume, 6)]]);
}

function drawSearch(svg, width) {
  svg.attr('viewBox', `0 0 ${width} ${SEARCH_HEIGHT}`).selectAll('*').remove();
  const scales = searchScales(width);
  addSearchAxes(svg, scales, width);
  svg.append('path').attr('class', 'search-line').attr('d',
    d3.line().curve(d3.curveStepAfter)(data.search.map(([count, volume]) =>
      [scales.x(count), scales.y(volume)])));
  svg.append('circle').attr('class', 'pointed').attr('r', 5).attr('visibility', 'hidden');
  svg.on('mousemove', () => pointAtSearch(svg, scales)).on('mouseleave', () => {
    svg.select('.pointed').attr('visibility', 'hidden');
    tooltip.hide();
  });
}

function makeSearch(body) {
  d3.select(body).append('p').text(searchSentence());
  const box = d3.select(body).append('div');
  const svg = box.append('svg').attr('role', 'img').attr('aria-label', searchSentence());
  drawAtWidth(box.node(), (width) => drawSearch(svg, width));
}

views.push({
  id: 'search',
  title: 'How the search went',
  order: 80,
  available: () => data.search !== null && data.search.length > 1,
  make: makeSearch,
});
