function (parts) {
  // Each element's text with that of its fields and shadow roots, looked at once.
  const texts = new Map();
  const text = (node) => {
    if (!texts.has(node)) texts.set(node, read(node));
    return texts.get(node);
  };
  const read = (node) => {
    if (node.nodeType === 3) return node.nodeValue ?? "";
    if (/^(SCRIPT|NOSCRIPT|STYLE)$/i.test(node.nodeName)) return "";
    if (/^(SELECT|TEXTAREA)$/.test(node.nodeName)) return node.value;
    if (node.nodeName === "INPUT") {
      return /^(checkbox|image|radio|hidden|password)$/.test(node.type) ? "" : node.value;
    }
    const within = [...node.childNodes, ...(node.shadowRoot?.childNodes ?? [])];
    return within.map(text).join("");
  };
  // The innermost elements whose text has the words.
  const byText = (root, words) => {
    const found = [];
    for (const one of [...(root.children ?? []), ...(root.shadowRoot?.children ?? [])]) {
      if (one.nodeName === "HEAD" || !text(one).includes(words)) continue;
      const inside = byText(one, words);
      found.push(...(inside.length ? inside : [one]));
    }
    return found;
  };
  const deep = (root, css) => {
    const found = [...root.querySelectorAll(css)];
    for (const one of root.querySelectorAll("*")) {
      if (one.shadowRoot) found.push(...deep(one.shadowRoot, css));
    }
    return found;
  };
  const byXPath = (root, path) => {
    const found = document.evaluate(path, root, null, XPathResult.ORDERED_NODE_SNAPSHOT_TYPE, null);
    const nodes = Array.from({ length: found.snapshotLength }, (_, n) => found.snapshotItem(n));
    return nodes.map((node) => (node.nodeType === 1 ? node : node.parentElement));
  };
  let found = [...this];
  for (const part of parts) {
    const next = new Set();
    for (const place of found) {
      const root = place.shadowRoot ?? place;
      let here;
      if (part.startsWith("xpath/")) here = byXPath(place, part.slice(6));
      else if (part.startsWith("pierce/")) here = deep(root, part.slice(7));
      else if (part.startsWith("text/")) here = byText(root, part.slice(5));
      else here = root.querySelectorAll(part);
      for (const one of here) if (one) next.add(one);
    }
    found = [...next];
  }
  return found;
}
