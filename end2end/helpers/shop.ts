import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { Running } from "./program.ts";

interface Addresses {
  http: string;
  https: string;
  control: string;
  mail: string;
  ca: string;
}

/** The demonstration's shop: something real to probe, with faults to switch on. */
export class Shop {
  private constructor(
    private readonly running: Running,
    private readonly directory: string,
    /** Where it answers; plain HTTP redirects to HTTPS. */
    readonly at: Addresses,
  ) {}

  static async start(): Promise<Shop> {
    const directory = await mkdtemp(path.join(tmpdir(), "daytwo-shop-"));
    const any = "127.0.0.1:0";
    const [running, line] = await Running.start(
      "daytwo-shop",
      [
        "--data-dir", directory, "--redirect-to-https", "--traffic", "0", "--exit-with-parent",
        "--listen", any, "--tls-listen", any, "--control-listen", any,
        "--mail-listen", any, "--smtp-listen", any, "--gateway-listen", any,
      ],
      {},
      /^\{/,
    );
    return new Shop(running, directory, JSON.parse(line) as Addresses);
  }

  /** Changes some of the fault switches. */
  async fault(switches: Record<string, unknown>): Promise<void> {
    const sent = await fetch(new URL("/control", this.at.control), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(switches),
    });
    if (!sent.ok) throw new Error(`the shop answered ${sent.status}: ${await sent.text()}`);
  }

  async stop(): Promise<void> {
    await this.running.stop();
    await rm(this.directory, { recursive: true, force: true });
  }
}
