/* Where the time of a step and the price of a device go, with and without the engine. */

const STEP_PARTS = ['attention', 'state', 'projection', 'ffn', 'expert', 'communication', 'other']
  .map((name) => ({ name, text: name, className: `class-${name}`,
    value: (design) => design.metrics[`${name}_s`] || 0 }));

/* Devices that share the price of the system. */
function systemDevices(design) {
  return design.metrics.system_devices || design.parameters['plan.devices'];
}

/* Of the main devices, per device of the system. */
function madeUsd(part) {
  return (design) => (design.cost.middle[`${part}_usd`] || 0) * design.parameters['plan.devices']
    / systemDevices(design);
}

/* What the devices of a pool cost, all that is added included, per device of the system. */
function poolUsd(metric) {
  return (design) => (design.metrics[metric] || 0) / systemDevices(design);
}

const COST_PARTS = [
  { name: 'logic', text: 'logic dies', value: madeUsd('logic') },
  { name: 'memory', text: 'memory', value: madeUsd('memory') },
  { name: 'engine', text: 'engine', value: madeUsd('engine') },
  { name: 'package', text: 'package', value: madeUsd('package') },
  { name: 'package_loss', text: 'package loss', value: madeUsd('package_loss') },
  { name: 'test', text: 'test', value: madeUsd('test') },
  { name: 'system', text: 'margin, server, network', value: (design) =>
    poolUsd('system_cost_usd')(design) - madeUsd('total')(design) - poolUsd('ffn_cost_usd')(design)
      - poolUsd('draft_cost_usd')(design) - poolUsd('prefill_cost_usd')(design) },
  { name: 'ffn-pool', text: 'FFN pool', value: poolUsd('ffn_cost_usd') },
  { name: 'draft-pool', text: 'draft pool', value: poolUsd('draft_cost_usd') },
  { name: 'prefill-pool', text: 'prefill pool', value: poolUsd('prefill_cost_usd') },
].map((part) => ({ ...part, className: `cost-${part.name}` }));

const BAR = { height: 30, gap: 22, top: 4 };

/* {part, from, to} of each part of a design that is there. */
function stack(parts, design) {
  let from = 0;
  return parts.map((part) => {
    const value = Math.max(0, part.value(design));
    const piece = { part, from, to: from + value, value };
    from += value;
    return piece;
  }).filter((piece) => piece.value > 0);
}

function addBar(bar, x, pieces, { unit, title }) {
  const piece = bar.selectAll('g').data(pieces).join('g');
  piece.append('rect').attr('class', ({ part }) => `piece ${part.className}`)
    .attr('x', (d) => x(d.from)).attr('width', (d) => x(d.to) - x(d.from)).attr('height', BAR.height)
    .on('mousemove', (d) => tooltip.show(d3.event, title, [[d.part.text, quantity(d.value, unit)]]))
    .on('mouseleave', () => tooltip.hide());
  const width = (d) => x(d.to) - x(d.from);
  piece.filter((d) => width(d) > 7 * d.part.text.length + 8).append('text').attr('class', 'inside')
    .attr('x', (d) => x(d.from) + 5).attr('y', BAR.height / 2).attr('dy', '0.35em')
    .text((d) => d.part.text);
}

function addBars(box, sides, { parts, unit, label, note }) {
  const stacks = sides.map((side) => stack(parts, side.design));
  const width = Math.max(280, box.node().clientWidth);
  const height = BAR.top + sides.length * (BAR.height + BAR.gap);
  const x = d3.scaleLinear().domain([0, d3.max(stacks, (pieces) => d3.max(pieces, (d) => d.to))])
    .range([0, width]);
  const svg = box.append('svg').attr('viewBox', `0 0 ${width} ${height}`).attr('role', 'img')
    .attr('aria-label', label);
  sides.forEach((side, i) => {
    const y = BAR.top + i * (BAR.height + BAR.gap);
    const total = d3.max(stacks[i], (d) => d.to);
    svg.append('text').attr('y', y + 12).text(`${side.text}: ${quantity(total, unit)}${note(side.design)}`);
    const bar = svg.append('g').attr('transform', `translate(0,${y + 17})`);
    addBar(bar, x, stacks[i], { unit, title: side.text });
  });
}

function addPartsTable(box, sides, { parts, unit }) {
  const table = box.append('div').attr('class', 'scroll').append('table').attr('class', 'compare');
  const head = table.append('thead').append('tr');
  head.append('td');
  sides.forEach((side) => head.append('th').attr('scope', 'col').text(side.text));
  const body = table.append('tbody');
  const line = (text, className, value) => {
    const row = body.append('tr');
    const name = row.append('th').attr('scope', 'row').attr('class', className ? 'keyed' : null);
    if (className) name.append('span').attr('class', `swatch ${className}`);
    name.append('span').text(text);
    sides.forEach((side) => row.append('td').attr('class', 'n').text(quantity(value(side.design), unit)));
  };
  parts.filter((part) => sides.some((side) => part.value(side.design) > 0))
    .forEach((part) => line(part.text, part.className, part.value));
  line('sum', '', (design) => d3.sum(parts, (part) => part.value(design)));
}

const STEP = {
  parts: STEP_PARTS,
  unit: 's',
  label: 'Time of a step by class of operator',
  note: ({ metrics }) => `, ${quantity(metrics.batch)} requests in flight`,
};

const COST = {
  parts: COST_PARTS,
  unit: 'USD',
  label: 'System price per device by part',
  note: (design) => ` per device, ${quantity(systemDevices(design))} devices`,
};

function drawBreakdown(box, index, breakdown) {
  addSubject(box, index);
  const sides = sidesOf(index);
  if (sides.length === 0) return;
  addBars(box, sides, breakdown);
  addPartsTable(box, sides, breakdown);
}

views.push({
  id: 'step',
  title: 'Where the time goes',
  note: 'One step by class of operator, at the clock that the device can hold.',
  order: 40,
  available: () => cells.length > 0,
  make: (body) => followCell(body, (box, index) => drawBreakdown(box, index, STEP)),
}, {
  id: 'cost',
  title: 'Where the money goes',
  note: 'Price of the system per device: what the main devices cost to make, what is added to that, and the'
    + ' devices of pools.',
  order: 45,
  available: () => cells.length > 0,
  make: (body) => followCell(body, (box, index) => drawBreakdown(box, index, COST)),
});
