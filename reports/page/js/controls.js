/* The controls that views share. Each returns the selection of the control itself. */

function addButton(parent, text, act) {
  return parent.append('button').attr('type', 'button').text(text).on('click', act);
}

/* `values` are shown as `text` of each; without a label give it an aria-label. */
function addSelect(parent, label, values, text) {
  const box = parent.append('label');
  if (label) box.append('span').text(label);
  const select = box.append('select');
  select.selectAll('option').data(values).join('option').attr('value', (value) => value).text(text);
  return select;
}

function addSwitch(parent, label) {
  const box = parent.append('label').attr('class', 'switch');
  const input = box.append('input').attr('type', 'checkbox');
  box.append('span').text(label);
  return input;
}

/* d3 tells listeners that a brush has moved when a program moves it too; inside another event it even
 * names that event as the source. So: moveBrush() moves it, byHand() is false meanwhile. */
let isMovingBrush = false;

function moveBrush(node, brush, box) {
  isMovingBrush = true;
  node.call(brush.move, box);
  isMovingBrush = false;
}

function byHand() {
  return !isMovingBrush;
}

/* A list of switches behind a word; `change(name, isOn)`. */
function addMenu(parent, title, entries, change) {
  const menu = parent.append('details').attr('class', 'menu');
  menu.append('summary').text(title);
  const list = menu.append('div').attr('class', 'menu-list');
  entries.forEach(({ name, text, doc, isOn }) => {
    const input = addSwitch(list, text).property('checked', isOn).attr('value', name);
    d3.select(input.node().parentNode).attr('title', doc || null);
    input.on('change', () => change(name, input.property('checked')));
  });
  menu.on('keydown', () => {
    if (d3.event.key === 'Escape') menu.property('open', false);
  });
  return menu;
}

/* Rows of a name and a text, as the tooltip shows them. */
function addFacts(parent, rows) {
  const list = parent.append('dl').attr('class', 'facts');
  rows.filter(([, text]) => text !== '').forEach(([name, text]) => {
    list.append('dt').text(name);
    list.append('dd').text(text);
  });
}

/* The models that the points have, with their marks, and what else the marks mean. */
function addModelKey(parent, more) {
  const key = parent.append('p').attr('class', 'legend');
  models.filter((model) => allRows.some((row) => modelOf(row) === model)).forEach((model) => {
    const entry = key.append('span').attr('class', 'entry');
    addModelMark(entry, model);
    entry.append('span').text(model);
  });
  key.append('span').text(more);
}

/* Chooses a point, or adds it to the compared ones. */
function choosePoint(row, compares) {
  if (compares) state.toggleCompare(row);
  else state.setPoint(row);
}

/* `columns`: {text, value(row), number} each. */
function addPlainTable(parent, columns, rows) {
  const table = parent.append('div').attr('class', 'scroll').append('table');
  const side = (column) => (column.number ? 'n' : null);
  table.append('thead').append('tr').selectAll('th').data(columns).join('th').attr('scope', 'col')
    .attr('class', side).text((column) => column.text);
  table.append('tbody').selectAll('tr').data(rows).join('tr').each(function line(row) {
    d3.select(this).selectAll('td').data(columns).join('td').attr('class', side)
      .text((column) => column.value(row));
  });
}
