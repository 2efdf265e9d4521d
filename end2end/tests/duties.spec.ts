// Duties: switched on, worked by machines and people, signed off, with and without JavaScript.

import type { Page } from "@playwright/test";

import { ADA, OLA, PIA, type Portal } from "../helpers/portal.ts";
import { accessible, expect, fits, hydrated, test } from "../helpers/test.ts";

const DRILL = "/services/shop/duties/backup-restore-drill";

interface Duty {
  state: string;
  run: { id: string; items: { key: string; actor: string; state: string }[] } | null;
}

let portal: Portal;

test.beforeEach(async ({ launch }) => {
  portal = await launch();
  portal.people(ADA, OLA, PIA);
  await portal.api().service("shop", "Shop");
});

async function drill(): Promise<Duty> {
  const answer = await portal.api().call<{ items: Duty[] }>("GET", "/duties");
  const [duty] = answer.body.items;
  if (!duty) throw new Error("no duty is switched on");
  return duty;
}

async function box(page: Page, key: string, verb: RegExp): Promise<void> {
  await page.locator(`#${key} .item-side`).getByRole("button", { name: verb }).click();
  await expect(page.locator(`#${key}`)).toHaveAttribute("data-state", "passed");
}

test("a drill is switched on, worked and signed off", async ({ page, context }) => {
  await portal.signIn(context, ADA);
  await page.goto(`${portal.url}/duties`);
  await hydrated(page);
  await expect(page.getByText("No duty is switched on.")).toBeVisible();
  await page.getByText("Switch a duty on…").click();
  await page.getByLabel("Runbook").selectOption({ label: "Backup restore drill (monthly)" });
  await page.getByRole("button", { name: "Switch it on" }).click();
  const row = page.getByRole("row", { name: /Backup restore drill/ });
  await expect(row).toContainText("Open");
  await expect(row).toContainText("0 of 8");
  await fits(page);
  await accessible(page);

  // The job of each backup says that it ran.
  const api = portal.api();
  for (const key of ["three-copies", "one-offsite"]) {
    const beat = { environment: "production", period_s: 86_400, grace_s: 3_600, item: key };
    const at = `/services/shop/heartbeats/${key}`;
    const made = await api.call<{ ping_url: string }>("PUT", at, beat);
    expect(made.status).toBe(201);
    const path = new URL(made.body.ping_url).pathname;
    expect((await fetch(`${portal.url}${path}`)).status).toBe(200);
  }
  const { run } = await drill();
  for (const key of ["database-restored", "files-restored"]) {
    const at = `/duties/runs/${run?.id}/items/${key}/results`;
    const sent = { status: "passed", summary: "Restored in 11 min." };
    expect((await api.call("POST", at, sent)).status).toBe(200);
  }

  await page.getByRole("link", { name: "Backup restore drill" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Backup restore drill");
  await hydrated(page);
  await expect(page.locator("#sign-off")).toContainText("Still open:");
  for (const item of run?.items ?? []) {
    await box(page, item.key, item.actor === "mixed" ? /^Confirm/ : /^Tick/);
  }
  await accessible(page);
  await page.getByRole("button", { name: "Sign off as approver" }).click();
  await expect(page.getByText("Signed off: this run is done.").first()).toBeVisible();
  await expect(page.locator("#timeline")).toContainText("the run is done");
  expect((await drill()).state).toBe("planned");
});

test("what is overdue stands on the board, narrow and dark", async ({ page, context }) => {
  const starts_at = new Date(Date.now() - 3 * 86_400_000).toISOString();
  const made = await portal.api().call("PUT", DRILL, { environment: "production", starts_at });
  expect(made.status).toBe(201);
  await portal.signIn(context, PIA);
  await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
  await page.setViewportSize({ width: 360, height: 780 });
  await page.goto(portal.url);
  const card = page.locator("#duties");
  await expect(card).toContainText("Overdue");
  await fits(page);
  await accessible(page);
  await card.getByRole("link", { name: "Backup restore drill" }).click();
  await expect(page.locator("#three-copies .item-due")).toHaveAttribute("data-state", "overdue");
  await fits(page);
  await accessible(page);
  await page.goto(`${portal.url}/duties`);
  await fits(page);
  await accessible(page);
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("a box is ticked, waived and taken back by plain forms", async ({ page, context }) => {
    expect((await portal.api().call("PUT", DRILL, { environment: "production" })).status).toBe(201);
    const { run } = await drill();
    await portal.signIn(context, ADA);
    await page.goto(`${portal.url}/duties/${run?.id}`);
    await page.locator("#two-media .item-side").getByRole("button", { name: /^Tick/ }).click();
    await expect(page.locator("#two-media")).toHaveAttribute("data-state", "passed");
    await page.locator("#two-media").getByRole("button", { name: /^Take back/ }).click();
    await expect(page.locator("#two-media")).toHaveAttribute("data-state", "open");
    await page.locator("#restore-time").getByText("Waive…").click();
    await page.locator("#restore-time").getByLabel("Reason").fill("Nothing was promised.");
    await page.locator("#restore-time").getByRole("button", { name: "Waive this box" }).click();
    await expect(page.locator("#restore-time")).toHaveAttribute("data-state", "waived");
  });
});
