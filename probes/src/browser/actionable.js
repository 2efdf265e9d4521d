async function (need, offset, still) {
  if (!this.isConnected) return { waits: "gone" };
  const box = () => this.getBoundingClientRect();
  const seen = () => {
    const { width, height } = box();
    return width > 0 && height > 0 && getComputedStyle(this).visibility === "visible";
  };
  if (need.enabled && this.matches(":disabled")) return { waits: "disabled" };
  if (!seen()) return { waits: "hidden" };
  // The page's own clock, or ours where nothing is drawn.
  const drawn = () =>
    Promise.race([new Promise(requestAnimationFrame), new Promise((then) => setTimeout(then, 100))]);
  const isAt = (one, two) =>
    ["x", "y", "width", "height"].every((side) => one[side] === two[side]);
  if (!still) {
    let before = box();
    await drawn();
    await drawn();
    if (!isAt(before, box())) return { waits: "moving" };
  }
  const inWindow = (x, y) => x >= 0 && y >= 0 && x < innerWidth && y < innerHeight;
  // Where it was clicked when it was recorded, where it still is so large; then its middle.
  const points = () => {
    const all = [];
    const { x, y, width, height } = box();
    if (offset && offset[0] >= 0 && offset[1] >= 0 && offset[0] <= width && offset[1] <= height) {
      all.push([x + offset[0], y + offset[1]]);
    }
    const part = [...this.getClientRects()].find((one) => one.width > 0 && one.height > 0);
    if (part) {
      const [left, right] = [Math.max(part.left, 0), Math.min(part.right, innerWidth)];
      const [top, bottom] = [Math.max(part.top, 0), Math.min(part.bottom, innerHeight)];
      const shown = left < right && top < bottom;
      all.push(
        shown
          ? [(left + right) / 2, (top + bottom) / 2]
          : [(part.left + part.right) / 2, (part.top + part.bottom) / 2],
      );
    }
    return all;
  };
  const hit = (x, y) => {
    let at = document.elementFromPoint(x, y);
    for (let inner = at; inner?.shadowRoot; at = inner) {
      inner = inner.shadowRoot.elementFromPoint(x, y);
      if (!inner || inner === at) break;
    }
    return at;
  };
  // A click on a part of a button is one on the button.
  const whole = (one) =>
    one.closest("button, a, label, summary, option, [role=button], [role=link], [role=menuitem], [role=tab]") ?? one;
  const isIn = (one, outer) => {
    for (let at = one; at; at = at.assignedSlot ?? at.parentNode ?? at.host) if (at === outer) return true;
    return false;
  };
  const meets = (one) =>
    one &&
    (isIn(one, this) ||
      whole(one) === whole(this) ||
      one.closest("label")?.control === this ||
      this.closest("label")?.control === one);
  const look = () => {
    for (const [x, y] of points()) {
      if (!inWindow(x, y)) continue;
      if (!need.hit || meets(hit(x, y))) return { x, y };
    }
    return null;
  };
  let found = look();
  if (!found) {
    this.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
    const [x, y] = points()[0] ?? [0, 0];
    if (!inWindow(x, y)) scrollBy(x - innerWidth / 2, y - innerHeight / 2);
    await drawn();
    found = look();
  }
  if (found) return found;
  const at = points().find(([x, y]) => inWindow(x, y));
  if (!at) return { waits: "outside" };
  const over = hit(...at);
  const named = (one) => {
    const id = one.id ? `#${one.id}` : "";
    const classes = [...one.classList].slice(0, 2).map((name) => `.${name}`).join("");
    return `${one.localName}${id}${classes}`;
  };
  return over ? { waits: "covered", by: named(over) } : { waits: "outside" };
}
