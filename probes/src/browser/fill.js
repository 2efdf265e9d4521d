function (value) {
  // Makes a field ready for its value. Answers whether the value is to be typed; other fields have
  // it set.
  this.focus();
  const tag = this.localName;
  const typed =
    tag === "textarea" ||
    this.isContentEditable ||
    (tag === "input" &&
      ["text", "email", "password", "search", "tel", "url", "number"].includes(this.type));
  if (typed) {
    if (this.readOnly) throw new Error("can only be read");
    if (this.select) this.select();
    else getSelection().selectAllChildren(this);
    return true;
  }
  if (tag === "select") {
    const all = [...this.options];
    const one = all.find((o) => o.value === value) ?? all.find((o) => o.text.trim() === value);
    if (!one) throw new Error("there is no choice " + value);
    this.value = one.value;
  } else if (this.type === "checkbox" || this.type === "radio") {
    if (this.checked !== !["", "false", "off"].includes(value)) this.click();
    return false;
  } else if (tag === "input") {
    this.value = value;
  } else {
    throw new Error("is no field");
  }
  this.dispatchEvent(new Event("input", { bubbles: true }));
  this.dispatchEvent(new Event("change", { bubbles: true }));
  return false;
}
