// When CloudWatch opens and closes an alarm, by its published rules for M = N data points and missing data:
// docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html. moto stores alarms and evaluates none.

export interface Alarm {
  /** Seconds. */
  Period: number;
  EvaluationPeriods: number;
  Statistic: string;
  ComparisonOperator: string;
  Threshold: number;
  TreatMissingData: string;
}

export interface Point {
  /** Seconds since 1970. */
  time: number;
  value: number;
}

export type State = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

/** The state after each evaluation, one a period, from a state before. */
export function evaluateAlarm(
  alarm: Alarm,
  points: readonly Point[],
  span: { from: number; to: number; state?: State },
): { time: number; state: State }[] {
  const buckets = bucketsOf(points, alarm.Period);
  const states: { time: number; state: State }[] = [];
  let state = span.state ?? 'INSUFFICIENT_DATA';
  const first = Math.ceil(span.from / alarm.Period);
  for (let end = first; end * alarm.Period <= span.to; end += 1) {
    const window = Array.from(
      { length: alarm.EvaluationPeriods },
      (_, back) => buckets.get(end - 1 - back) ?? [],
    );
    state = nextState(alarm, window, state);
    states.push({ time: end * alarm.Period, state });
  }
  return states;
}

function bucketsOf(points: readonly Point[], period: number): Map<number, number[]> {
  const buckets = new Map<number, number[]>();
  for (const { time, value } of points) {
    const key = Math.floor(time / period);
    buckets.set(key, [...(buckets.get(key) ?? []), value]);
  }
  return buckets;
}

/** Breaching missing data counts against the threshold; with "ignore", only data can change the state. */
function nextState(alarm: Alarm, window: readonly number[][], before: State): State {
  const known = window.filter((values) => values.length > 0);
  const breached = known.filter((values) => isBreached(alarm, values)).length;
  if (breached < known.length) return 'OK';
  if (known.length === window.length) return 'ALARM';
  return alarm.TreatMissingData === 'breaching' ? 'ALARM' : before;
}

function isBreached(alarm: Alarm, values: readonly number[]): boolean {
  const value = alarm.Statistic === 'SampleCount' ? values.length : Math.max(...values);
  return alarm.ComparisonOperator === 'LessThanThreshold'
    ? value < alarm.Threshold
    : value >= alarm.Threshold;
}
