# syntax=docker/dockerfile:1

# Built with the same scripts as everywhere else; here rustup serves the wasm target.
FROM rust:1.95-bookworm AS build

# Node.js finishes the site.
# No versions pinned: Debian serves one of each at a time, so a pin breaks at its next update.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends nodejs npm \
    && rm -rf /var/lib/apt/lists/*
RUN rustup target add wasm32-unknown-unknown

ENV DAYTWO_CACHE=/cache
WORKDIR /src

COPY . .
RUN scripts/setup.sh build && scripts/build.sh

FROM debian:bookworm-slim

# The trust roots for everything the portal checks over TLS.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --user-group --home-dir /data --no-create-home --shell /usr/sbin/nologin daytwo \
    && install -d -o daytwo -g daytwo -m 0700 /data

COPY --from=build /src/dist/ /app/

# By number, so that Kubernetes can tell it is not root.
USER 10001:10001
# In the environment rather than in CMD: `healthcheck`, `user create` and the rest need them as well.
ENV DAYTWO_LISTEN=0.0.0.0:3000 \
    DAYTWO_DATA_DIR=/data
WORKDIR /data
VOLUME /data
EXPOSE 3000

HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 \
    CMD ["/app/daytwo", "healthcheck"]

# The exec form: the portal is process 1 and receives SIGTERM itself.
ENTRYPOINT ["/app/daytwo"]
CMD ["serve"]
