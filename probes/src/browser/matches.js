function (properties, attributes) {
  // Whether each of these elements has the attributes and properties; objects match by their members.
  const isObject = (value) => value !== null && ["object", "function"].includes(typeof value);
  const has = (wanted, found) =>
    wanted === found ||
    (isObject(wanted) &&
      isObject(found) &&
      Object.entries(wanted).every(([name, value]) => has(value, found[name])));
  return this.every(
    (one) =>
      Object.entries(attributes).every(([name, value]) => one.getAttribute(name) === value) &&
      has(properties, one),
  );
}
