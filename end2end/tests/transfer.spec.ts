// What the first visit to a deployment's page costs on the wire.

import { ADA } from "../helpers/portal.ts";
import { expect, hydrated, test } from "../helpers/test.ts";

const KB = 1_000;

test("the first visit stays small, compressed, and the second costs next to nothing", async ({ launch, page, context }) => {
  const portal = await launch();
  portal.people(ADA);
  const api = portal.api();
  await api.service("shop", "Shop");
  // The longest runbook there is.
  const deployment = await api.announce({ version: "1.4.0", runbook: "first-deploy" });
  await portal.signIn(context, ADA);

  const devtools = await context.newCDPSession(page);
  await devtools.send("Network.enable");
  const url = new Map<string, string>();
  const encoding = new Map<string, string>();
  const bytes = new Map<string, number>();
  devtools.on("Network.responseReceived", ({ requestId, response }) => {
    const path = new URL(response.url).pathname;
    url.set(requestId, path);
    encoding.set(path, response.headers["content-encoding"] ?? response.headers["Content-Encoding"] ?? "none");
  });
  devtools.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    const path = url.get(requestId) ?? requestId;
    bytes.set(path, (bytes.get(path) ?? 0) + encodedDataLength);
  });
  const sum = (wanted: (path: string) => boolean) =>
    [...bytes].filter(([path]) => wanted(path)).reduce((total, [, size]) => total + size, 0);

  await page.goto(`${portal.url}/deployments/${deployment.id}`, { waitUntil: "load" });
  await hydrated(page);
  const table = [...bytes].map(([path, size]) => `${size} ${encoding.get(path)} ${path}`).join("\n");
  test.info().annotations.push({ type: "transfer", description: `${sum(() => true)} bytes` });
  expect([...bytes.keys()].some((path) => path.endsWith(".wasm")), table).toBe(true);
  expect(sum((path) => /\.(wasm|js)$/.test(path)), `islands and their glue\n${table}`).toBeLessThanOrEqual(150 * KB);
  expect(sum(() => true), `in all\n${table}`).toBeLessThanOrEqual(200 * KB);
  for (const path of bytes.keys()) {
    if (/\.(wasm|js|css)$/.test(path)) expect(encoding.get(path), path).toBe("br");
  }
  expect(encoding.get(`/deployments/${deployment.id}`), "the page itself").toMatch(/^(br|zstd|gzip)$/);

  bytes.clear();
  await page.goto(portal.url, { waitUntil: "load" });
  await hydrated(page);
  expect(sum((path) => /\.(wasm|js|css)$/.test(path)), "hashed files are cached").toBe(0);
});
