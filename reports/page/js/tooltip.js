/* One tooltip for the page: a title and rows of a name and a value. */
const tooltip = {
  box: d3.select('#tooltip'),

  /* `at`: a mouse event or an element. `rows`: [name, text] each; an empty text is left out. */
  show(at, title, rows, note = '') {
    this.box.selectAll('*').remove();
    this.box.append('p').attr('class', 'tip-title').text(title);
    const list = this.box.append('dl');
    rows.filter(([, text]) => text !== '' && text !== null && text !== undefined)
      .forEach(([name, text]) => {
        list.append('dt').text(name);
        list.append('dd').text(text);
      });
    if (note) this.box.append('p').attr('class', 'tip-note').text(note);
    this.box.property('hidden', false);
    this.place(at instanceof Element ? tooltipCorner(at) : { x: at.clientX, y: at.clientY });
  },

  /* Beside the place, inside the window. */
  place({ x, y }) {
    const GAP = 14;
    const { width, height } = this.box.node().getBoundingClientRect();
    const { clientWidth, clientHeight } = document.documentElement;
    const left = x + GAP + width > clientWidth ? x - GAP - width : x + GAP;
    const top = y + GAP + height > clientHeight ? y - GAP - height : y + GAP;
    this.box.style('left', `${Math.max(4, Math.min(left, clientWidth - width - 4))}px`)
      .style('top', `${Math.max(4, top)}px`);
  },

  hide() {
    this.box.property('hidden', true);
  },
};

function tooltipCorner(element) {
  const box = element.getBoundingClientRect();
  return { x: box.right - 8, y: box.bottom - 8 };
}

/* The whole design of a point: every part and axis that differs between the points, and the plan. */
const identifying = data.columns.filter(
  (column) => ['part', 'axis', 'plan'].includes(column.of) && points.has(column.name));

function pointRows(row, metrics = []) {
  const names = [...identifying.map((column) => column.name), ...metrics];
  const rows = names.map((name) => {
    const value = points.column(name).value(row);
    return [plainName(name), value === null ? '' : columnText(name, value)];
  });
  return [...rows, ['not as stated', engineCaveat(row)]];
}

function pointTitle(row) {
  const verdict = points.has('verdict') ? points.column('verdict').value(row) : '';
  return `Point ${points.id(row)}${verdict && verdict !== 'ok' ? `: infeasible, ${verdict}` : ''}`;
}
