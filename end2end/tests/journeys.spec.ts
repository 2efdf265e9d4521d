// A recorded journey (register, reset the password through the mail, log in, log out) in the demo
// shop, with its strip of pictures on the page.

import { readFile } from "node:fs/promises";

import { ADA } from "../helpers/portal.ts";
import { accessible, expect, test } from "../helpers/test.ts";

const RECORDING = new URL("../../demo/src/account-journey.json", import.meta.url);

test("a journey is replayed, and its pictures stand beside the box", async ({ launch, page, shop }) => {
  test.setTimeout(240_000);
  const portal = await launch(shop);
  portal.people(ADA);
  portal.publishRunbook();
  const api = portal.api();
  await api.service("shop", "Shop", shop.at.https);
  const recording = (await readFile(RECORDING, "utf8"))
    .replaceAll("https://shop.example.org", shop.at.https)
    .replaceAll("http://mail.example.org", shop.at.mail);
  const check = await api.call("PUT", "/services/shop/checks/account", {
    environment: "production",
    kind: "journey",
    interval_s: 3600,
    timeout_s: 120,
    item: "smoke-tests",
    recording: JSON.parse(recording) as unknown,
    secrets: { password: "harbour-goods-1", new_password: "harbour-goods-2" },
  });
  expect(check.status, JSON.stringify(check.body)).toBe(201);
  const deployment = await api.announce({ version: "2.0.0" });

  await portal.signIn(page.context(), ADA);
  await page.goto(`${portal.url}/deployments/${deployment.id}`);
  const box = page.locator("#smoke-tests");
  await expect(box.locator('.chip[data-state="passed"]')).toHaveCount(1, { timeout: 150_000 });
  await box.locator("summary", { hasText: "Evidence" }).click();
  const strip = box.getByRole("group", { name: "Pictures of account" });
  await expect(strip.locator("img")).toHaveCount(20);
  const first = strip.locator("img").nth(5);
  await first.scrollIntoViewIfNeeded();
  await expect.poll(() => first.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBeGreaterThan(400);
  expect(await page.content()).not.toContain("harbour-goods-1");
  await accessible(page);
  // The box is a person's: the journey stands beside it and closes nothing.
  expect((await api.deployment(deployment.id)).items.find((item) => item.key === "smoke-tests")?.state).toBe("open");

  const stranger = await fetch(`${portal.url}${(await first.getAttribute("src")) ?? ""}`, { redirect: "manual" });
  expect(stranger.status, "a stranger is asked to sign in").toBe(303);
  expect(stranger.headers.get("location")).toContain("/login");
});
