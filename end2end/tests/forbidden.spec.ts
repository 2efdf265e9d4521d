// What must not work: for strangers, for viewers, from other sites, on what does not exist.

import type { APIRequestContext } from "@playwright/test";

import type { Deployment } from "../helpers/api.ts";
import { ADA, OLA, PASSWORD, Portal, VIC } from "../helpers/portal.ts";
import { accessible, expect, test } from "../helpers/test.ts";

let portal: Portal;
let deployment: Deployment;

test.beforeAll(async () => {
  portal = await Portal.start();
  portal.people(ADA, OLA, VIC);
  portal.publishRunbook();
  const api = portal.api();
  await api.service("shop", "Shop");
  deployment = await api.announce({ version: "1.4.0" });
});

test.afterAll(() => portal?.stop());

/** Every act on a run, filled in so that only who asks stands in its way. */
function acts(): [string, Record<string, string>][] {
  const on = { deployment: deployment.id };
  const item = { ...on, item: "smoke-tests" };
  return [
    ["tick", item],
    ["untick", item],
    ["mark-failed", { ...item, note: "no" }],
    ["probe-item", { ...on, item: "perf-security" }],
    ["waive", { ...item, reason: "because", expires: "24h" }],
    ["end-waiver", item],
    ["settle-leak", { ...on, item: "perf-security", note: "all of them" }],
    ["sign-off", on],
    ["roll-back", { ...on, reason: "because", sure: "yes" }],
    ["write-lesson", { ...on, title: "no" }],
    ["announce", { place: "shop production", version: "6.6.6" }],
  ];
}

async function send(
  request: APIRequestContext,
  act: string,
  form: Record<string, string>,
  headers: Record<string, string> = {},
) {
  return request.post(`${portal.url}/act/${act}`, {
    form,
    headers: { accept: "application/json", origin: portal.url, ...headers },
    maxRedirects: 0,
  });
}

/** Nothing of the run has moved. */
async function untouched(): Promise<void> {
  const now = await portal.api("read").deployment(deployment.id);
  expect(now.state).toBe("watching");
  expect(now.items.find(({ key }) => key === "smoke-tests")?.state).toBe("open");
}

test("strangers are led to the door, and nothing they send is done", async ({ page, context, request }) => {
  for (const path of ["/", `/deployments/${deployment.id}`, "/services", "/history", "/lessons", "/runbooks", "/settings/people", "/nowhere"]) {
    await page.goto(`${portal.url}${path}`);
    const next = path === "/" ? "" : `?next=${path}`;
    await expect(page, path).toHaveURL(`${portal.url}/login${next}`);
  }
  for (const [act, form] of acts()) {
    const answer = await send(request, act, form);
    expect(answer.status(), act).toBe(401);
    expect(answer.headers()["content-type"], act).toContain("application/problem+json");
    // With nothing filled in, nothing is said about what was missing.
    expect((await send(request, act, {})).status(), `${act}, empty`).toBe(401);
  }
  for (const stream of ["/events", "/palette.json"]) {
    expect((await request.get(`${portal.url}${stream}`)).status(), stream).toBe(401);
  }
  expect((await request.get(`${portal.url}/api/v1/deployments`)).status()).toBe(401);
  expect(await context.cookies(), "a stranger gets no session").toEqual([]);
  await untouched();
});

test("a viewer sees everything and changes nothing", async ({ page, context }) => {
  await portal.signIn(context, VIC);
  await page.goto(`${portal.url}/deployments/${deployment.id}`);
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Shop 1.4.0");
  const main = page.getByRole("main");
  await expect(main.getByRole("button")).toHaveCount(0);
  await expect(main.locator("form")).toHaveCount(0);
  await accessible(page);
  await page.goto(portal.url);
  await expect(page.getByText("Announce a deployment by hand…")).toHaveCount(0);
  for (const [act, form] of acts()) {
    const answer = await send(context.request, act, form);
    expect(answer.status(), act).toBe(403);
    expect((await answer.json()).detail, act).toMatch(/role/);
  }
  await untouched();
});

test("an operator neither waives nor signs", async ({ page, context }) => {
  await portal.signIn(context, OLA);
  await page.goto(`${portal.url}/deployments/${deployment.id}`);
  await expect(page.getByRole("button", { name: "Tick: Smoke tests pass" })).toBeVisible();
  await expect(page.getByText("Waive…")).toHaveCount(0);
  const item = { deployment: deployment.id, item: "smoke-tests" };
  const waive = await send(context.request, "waive", { ...item, reason: "because", expires: "24h" });
  expect(waive.status()).toBe(403);
  const sign = await send(context.request, "sign-off", { deployment: deployment.id });
  expect(sign.status()).toBe(403);
  await untouched();
});

test("a form on another site is refused", async ({ context }) => {
  await portal.signIn(context, ADA);
  const tick = { deployment: deployment.id, item: "smoke-tests" };
  const elsewhere: Record<string, string>[] = [
    { origin: "https://evil.example" },
    { origin: "null" },
    { origin: portal.url, "sec-fetch-site": "cross-site" },
  ];
  for (const headers of elsewhere) {
    const answer = await send(context.request, "tick", tick, headers);
    expect(answer.status(), JSON.stringify(headers)).toBe(403);
  }
  await untouched();
});

test("the session is the browser's alone, and new with every sign-in", async ({ page, context, tolerate }) => {
  tolerate(/status of 401/);
  await page.goto(`${portal.url}/login?next=//evil.example/`);
  await page.getByLabel("E-mail").fill(VIC.email);
  await page.getByLabel("Password").fill("wrong, which is said without a session");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert")).toBeVisible();
  expect(await context.cookies(), "nobody is given a session before they sign in").toEqual([]);
  await page.goto(`${portal.url}/login?next=//evil.example/`);
  await page.getByLabel("E-mail").fill(VIC.email);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Board" })).toBeVisible();
  expect(page.url(), "the address after signing in stays here").toBe(`${portal.url}/`);
  const held = async () => (await context.cookies()).find(({ name }) => name === "daytwo");
  const first = await held();
  expect(first).toMatchObject({ httpOnly: true, sameSite: "Lax", path: "/" });

  // Whoever signs in holding a session, perhaps one that was planted, gets another.
  const form = { email: VIC.email, password: PASSWORD, next: "/" };
  await context.request.post(`${portal.url}/act/log-in`, { form, headers: { origin: portal.url } });
  const session = await held();
  expect(session).toBeDefined();
  expect(session?.value).not.toBe(first?.value);
  await page.goto(portal.url);

  // Signing out ends it on the server, not only in this browser.
  await page.locator("#account > summary").click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveURL(/\/login$/);
  await context.clearCookies();
  await context.addCookies(session ? [session] : []);
  await page.goto(portal.url);
  await expect(page).toHaveURL(`${portal.url}/login`);
});

test("guessing a password is slowed down", async ({ launch, playwright }) => {
  // A portal of its own: the limit counts by address, and everyone here has the same.
  const guessed = await launch();
  guessed.people(VIC);
  const request = await playwright.request.newContext();
  const guess = () =>
    request.post(`${guessed.url}/act/log-in`, {
      form: { email: VIC.email, password: "guess after guess" },
      headers: { accept: "application/json", origin: guessed.url },
    });
  const statuses: number[] = [];
  for (let tries = 0; tries < 40 && !statuses.includes(429); tries += 1) {
    statuses.push((await guess()).status());
  }
  expect(new Set(statuses.slice(0, -1))).toEqual(new Set([401]));
  expect(statuses.at(-1)).toBe(429);
  const blocked = await guess();
  if (blocked.status() === 429) expect(Number(blocked.headers()["retry-after"])).toBeGreaterThan(0);
  await request.dispose();
});

test("what does not exist says so", async ({ page, context, tolerate }) => {
  tolerate(/status of 404/);
  await portal.signIn(context, VIC);
  const nobody = "019aa000-0000-7000-8000-000000000000";
  for (const path of ["/nowhere", `/deployments/${nobody}`, "/deployments/nonsense", "/services/nonsense", "/runbooks/nonsense"]) {
    const answer = await page.goto(`${portal.url}${path}`);
    expect(answer?.status(), path).toBe(404);
    await expect(page.getByRole("heading", { level: 1 }), path).toHaveText("There is nothing here");
    await expect(page.getByRole("link", { name: "To the board" })).toBeVisible();
  }
  await accessible(page);
  const lost = await send(context.request, "tick", { deployment: nobody, item: "smoke-tests" });
  expect([403, 404]).toContain(lost.status());
});
