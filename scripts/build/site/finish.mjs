// finish.mjs GLUE OUT: makes the site from what the compiler left. GLUE holds daytwo.js and
// daytwo_bg.wasm; OUT becomes
//
//   OUT/site/pkg/daytwo.HASH.{js,wasm,css}   each with .br and .gz beside it
//   OUT/site/…                               the files of public/, compressed where it helps
//   OUT/hash.txt                             "js: HASH" and so on: how the portal knows the names
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const [glue, out] = process.argv.slice(2);
if (!out) {
  console.error("usage: finish.mjs GLUE OUT");
  process.exit(2);
}
const root = fileURLToPath(new URL("../../../", import.meta.url));
const tools = path.join(process.env.DAYTWO_TOOLS, "site");
const load = createRequire(path.join(tools, "package.json"));

// The browsers the style sheet is written down for: those in use when this was set, the oldest of
// each. What one of them lacks (light-dark() is such) is put in other words.
const version = (major, minor = 0) => (major << 16) | (minor << 8);
const browsers = {
  android: version(143),
  chrome: version(109),
  edge: version(142),
  firefox: version(128),
  ios_saf: version(18, 5),
  opera: version(80),
  safari: version(18, 5),
  samsung: version(28),
};

function style() {
  const { bundle } = load("lightningcss");
  const made = bundle({ filename: path.join(root, "style/main.css"), minify: true, targets: browsers });
  for (const { message, loc } of made.warnings) {
    throw new Error(`${loc.filename ?? "style"}:${loc.line}: ${message}`);
  }
  return Buffer.from(made.code);
}

function islands() {
  const from = path.join(glue, "daytwo_bg.wasm");
  const to = path.join(glue, "daytwo.opt.wasm");
  const program = path.join(tools, "node_modules/.bin/wasm-opt");
  const features = ["--enable-bulk-memory", "--enable-nontrapping-float-to-int"];
  execFileSync(program, ["-Oz", ...features, from, "-o", to], { stdio: "inherit" });
  return readFileSync(to);
}

function script() {
  const { transformSync } = load("esbuild");
  const source = readFileSync(path.join(glue, "daytwo.js"), "utf8");
  return Buffer.from(transformSync(source, { minify: true, format: "esm", target: "es2022" }).code);
}

// Beside the file, as the portal looks for them, where that makes it smaller.
function compress(file) {
  const bytes = readFileSync(file);
  const keep = (ending, made) => made.length < bytes.length && writeFileSync(file + ending, made);
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: 11,
    [constants.BROTLI_PARAM_LGWIN]: 22,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  keep(".br", brotliCompressSync(bytes, { params }));
  keep(".gz", gzipSync(bytes, { level: 9 }));
}

rmSync(out, { recursive: true, force: true });
const site = path.join(out, "site");
const pkg = path.join(site, "pkg");
cpSync(path.join(root, "public"), site, { recursive: true });
mkdirSync(pkg, { recursive: true });

// The page names the wasm to the script, so no name stands in another file.
const hashes = [];
for (const [kind, make] of Object.entries({ js: script, wasm: islands, css: style })) {
  const bytes = make();
  const hash = createHash("sha256").update(bytes).digest("base64url").slice(0, 22);
  writeFileSync(path.join(pkg, `daytwo.${hash}.${kind}`), bytes);
  hashes.push(`${kind}: ${hash}\n`);
}
// Scripts that came with a dependency; daytwo.js finds them by their place.
const snippets = path.join(glue, "snippets");
if (existsSync(snippets)) cpSync(snippets, path.join(pkg, "snippets"), { recursive: true });
for (const entry of readdirSync(site, { recursive: true, withFileTypes: true })) {
  if (entry.isFile()) compress(path.join(entry.parentPath ?? entry.path, entry.name));
}
// Last: with it the site is whole.
writeFileSync(path.join(out, "hash.txt"), hashes.join(""));
