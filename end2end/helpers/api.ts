/** An answer of the API. */
export interface Answer<T = Record<string, unknown>> {
  status: number;
  body: T;
}

export interface Item {
  key: string;
  state: string;
  reason: string;
}

export interface Deployment {
  id: string;
  url: string;
  version: string;
  state: string;
  verdict: string;
  items: Item[];
}

export interface Gate {
  verdict: string;
  open: string[];
  waived: string[];
  reason: string;
}

/** The HTTP API as a pipeline uses it. */
export class Api {
  constructor(
    private readonly url: string,
    private readonly token: string,
  ) {}

  /** One call; `body` is sent as JSON, or as it is where it is text. */
  async call<T>(method: string, at: string, body?: unknown, type = "application/json"): Promise<Answer<T>> {
    const sent = await fetch(`${this.url}/api/v1${at}`, {
      method,
      headers: { authorization: `Bearer ${this.token}`, ...(body === undefined ? {} : { "content-type": type }) },
      body: body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body),
    });
    return { status: sent.status, body: (await sent.json()) as T };
  }

  private async expecting<T>(status: number, ...of: Parameters<Api["call"]>): Promise<T> {
    const answer = await this.call<T>(...of);
    if (answer.status !== status) {
      throw new Error(`${of[0]} ${of[1]} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    }
    return answer.body;
  }

  /** A service with response targets no slow machine misses. */
  async service(slug: string, name: string, baseUrl?: string): Promise<void> {
    const target = (name: string, path: string) => ({ name, path, target_ms: 30_000 });
    await this.expecting(201, "PUT", `/services/${slug}`, {
      name,
      owners: "Team Checkout",
      tier: "1",
      environments: [{ slug: "staging" }, { slug: "production", ...(baseUrl ? { base_url: baseUrl } : {}) }],
      targets: [target("home", "/"), target("login", "/login"), target("health", "/health")],
    });
  }

  announce(fields: Record<string, unknown>): Promise<Deployment> {
    return this.expecting(201, "POST", "/deployments", {
      service: "shop",
      environment: "production",
      runbook: "journey",
      ...fields,
    });
  }

  deployment(id: string): Promise<Deployment> {
    return this.expecting(200, "GET", `/deployments/${id}`);
  }

  result(id: string, key: string, status: "passed" | "failed", summary: string): Promise<Item> {
    return this.expecting(200, "POST", `/deployments/${id}/items/${key}/results`, { status, summary });
  }

  report(id: string, key: string, text: string, type: string): Promise<unknown> {
    return this.expecting(200, "POST", `/deployments/${id}/items/${key}/reports`, text, type);
  }

  gate(id: string): Promise<Answer<Gate>> {
    return this.call("GET", `/deployments/${id}/gate`);
  }
}
