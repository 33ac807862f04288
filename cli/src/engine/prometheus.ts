import { createServer, type Server } from 'node:http';
import type { InstrumentOptions, Labels, MeterLike } from '@refrain/engine';
import type { Registry } from 'prom-client';
import { Counter, Gauge, Histogram } from 'prom-client';

/**
 * A meter of OpenTelemetry's form over a registry of Prometheus, with the names that OpenTelemetry's own exporter
 * would give. Prometheus wants the labels of an instrument beforehand, so that each is made with its first value.
 */
export function prometheusMeter(registry: Registry): MeterLike {
  const registers = [registry];
  const lazily = <T>(make: (labelNames: string[]) => T) => {
    let made: T | undefined;
    return (labels: Labels = {}) => (made ??= make(Object.keys(labels)));
  };
  return {
    createCounter(name, options = {}) {
      const counter = lazily(
        (labelNames) =>
          new Counter({
            name: `${promName(name, options)}_total`,
            help: help(options),
            labelNames,
            registers,
          }),
      );
      return { add: (value, labels = {}) => counter(labels).inc(labels, value) };
    },
    createHistogram(name, options = {}) {
      const buckets = options.advice?.explicitBucketBoundaries ?? [];
      const histogram = lazily(
        (labelNames) =>
          new Histogram({
            name: promName(name, options),
            help: help(options),
            labelNames,
            buckets,
            registers,
          }),
      );
      return { record: (value, labels = {}) => histogram(labels).observe(labels, value) };
    },
    createObservableGauge(name, options = {}) {
      return {
        addCallback(read) {
          new Gauge({
            name: promName(name, options),
            help: help(options),
            registers,
            collect() {
              read({ observe: (value) => this.set(value) });
            },
          });
        },
      };
    },
  };
}

const unitNames: Readonly<Record<string, string>> = { s: '_seconds', By: '_bytes' };

function promName(name: string, { unit = '' }: InstrumentOptions): string {
  return name.replaceAll('.', '_') + (unitNames[unit] ?? '');
}

function help({ description = '' }: InstrumentOptions): string {
  return description || 'no description';
}

/** Serves `/metrics` on loopback. */
export async function serveMetrics(registry: Registry, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.url !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    void registry.metrics().then((text) => {
      response.writeHead(200, { 'content-type': registry.contentType }).end(text);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return server;
}
