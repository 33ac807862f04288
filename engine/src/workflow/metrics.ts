import { activatorFor } from '../runtime/activator.js';
import { composeInterceptors, type MetricTags } from '../runtime/interceptors.js';
import { callSink } from '../runtime/sinks.js';

export type NumericMetricValueType = 'int' | 'float';
export type MetricKind = 'counter' | 'histogram' | 'gauge';

interface Metric<K extends MetricKind> {
  readonly name: string;
  readonly unit?: string | undefined;
  readonly description?: string | undefined;
  readonly kind: K;
  readonly valueType: NumericMetricValueType;
}

export interface MetricCounter extends Metric<'counter'> {
  add(value: number, extraTags?: MetricTags): void;
  withTags(tags: MetricTags): MetricCounter;
}

export interface MetricHistogram extends Metric<'histogram'> {
  record(value: number, extraTags?: MetricTags): void;
  withTags(tags: MetricTags): MetricHistogram;
}

export interface MetricGauge extends Metric<'gauge'> {
  set(value: number, extraTags?: MetricTags): void;
  withTags(tags: MetricTags): MetricGauge;
}

export interface MetricMeter {
  createCounter(name: string, unit?: string, description?: string): MetricCounter;
  createHistogram(
    name: string,
    valueType?: NumericMetricValueType,
    unit?: string,
    description?: string,
  ): MetricHistogram;
  createGauge(
    name: string,
    valueType?: NumericMetricValueType,
    unit?: string,
    description?: string,
  ): MetricGauge;
  withTags(tags: MetricTags): MetricMeter;
}

/** The sink that measurements go to: `counter`, `histogram` and `gauge`, each with (metric, value, tags). */
export const metricsSinkName = '__refrain_metrics';

/** Not recorded during replay: each measurement counts once. */
function emit(metric: Metric<MetricKind>, value: number, tags: MetricTags): void {
  if (value < 0)
    throw new RangeError(`The value of metric ${metric.name} must be non-negative, got ${value}`);
  const activator = activatorFor('metricMeter');
  if (activator.info.unsafe.isReplaying) return;
  const { outbound } = activator.interceptors;
  const tagsOf = composeInterceptors(outbound, 'getMetricTags', (input) => input);
  const all = { ...tagsOf({ workflowType: activator.info.workflowType }), ...tags };
  const { name, unit, description, valueType, kind } = metric;
  callSink(metricsSinkName, kind, [{ name, unit, description, valueType }, value, all]);
}

function counter(metric: Metric<'counter'>, tags: MetricTags): MetricCounter {
  return {
    ...metric,
    add: (value, extra) => emit(metric, value, { ...tags, ...extra }),
    withTags: (more) => counter(metric, { ...tags, ...more }),
  };
}

function histogram(metric: Metric<'histogram'>, tags: MetricTags): MetricHistogram {
  return {
    ...metric,
    record: (value, extra) => emit(metric, value, { ...tags, ...extra }),
    withTags: (more) => histogram(metric, { ...tags, ...more }),
  };
}

function gauge(metric: Metric<'gauge'>, tags: MetricTags): MetricGauge {
  return {
    ...metric,
    set: (value, extra) => emit(metric, value, { ...tags, ...extra }),
    withTags: (more) => gauge(metric, { ...tags, ...more }),
  };
}

function meter(tags: MetricTags): MetricMeter {
  return {
    createCounter: (name, unit, description) =>
      counter({ name, unit, description, kind: 'counter', valueType: 'int' }, tags),
    createHistogram: (name, valueType = 'int', unit, description) =>
      histogram({ name, unit, description, kind: 'histogram', valueType }, tags),
    createGauge: (name, valueType = 'int', unit, description) =>
      gauge({ name, unit, description, kind: 'gauge', valueType }, tags),
    withTags: (more) => meter({ ...tags, ...more }),
  };
}

/** Measures from workflow code; silent during replay. */
export const metricMeter: MetricMeter = meter({});
