// Follows the typing before the server answers: the same message as campaigns/composing/body.py puts together, for
// texts whose fields are plain (with or without a default). Anything else waits for the server: null.
// tests/browser/mirror_cases.json holds the two together.

const FIELD = /\{\{\s*((?:[a-z_]+\.)?\$\{[^{}$\n]*\})\s*(?:\|\s*default:\s*(?:'([^']*)'|"([^"]*)")\s*)?\}\}/g;

export function render(source, values) {
  const text = source.replace(FIELD, (_whole, field, single, double) => {
    const value = values[field.replace(/\$\{\s*(.*?)\s*\}/, "${$1}")];
    return value && value.trim() ? value : (single ?? double ?? "");
  });
  return /\{\{|\{%|\$\{/.test(text.replace(/\r/g, "")) ? null : text;
}

export function assemble(rendered, { brand = "", optOutLine = "", link = "" }) {
  const text = rendered.replace(/\r\n?/g, "\n").trim();
  const lines = [];
  const mark = brand.trim();
  const line = optOutLine.trim();
  if (text) lines.push(mark && !names(text, mark) ? `${mark}: ${text}` : text);
  else if (mark && link) lines.push(mark);
  if (line && !folded(text).includes(folded(line))) lines.push(line);
  if (link) lines.push(link);
  return lines.join("\n");
}

function folded(words) {
  return words.toLocaleLowerCase("en").split(/\s+/).filter(Boolean).join(" ");
}

function names(text, brand) {
  const plain = folded(brand).replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`(?<![\\p{L}\\p{N}_])${plain}(?![\\p{L}\\p{N}_])`, "u").test(folded(text));
}
