// A year of the alarms that infra/ has on AWS for the pipeline on the VM, by CloudWatch's published rules.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Alarm, evaluateAlarm, type Point } from '../support/cloudwatch-alarm.ts';

const FILE = 'templates/blocks/cloud/terraform-aws/files+pipeline-on-vm/infra/pipeline.tf';
const TEXT = readFileSync(join(import.meta.dirname, '../..', FILE), 'utf8');
const HOUR = 3600;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

/** The alarm as the file describes it. */
function alarmOf(name: string): Alarm {
  const body = TEXT.split(`"aws_cloudwatch_metric_alarm" "${name}" {`)[1]?.split('\n}')[0] ?? '';
  const read = (key: string) => new RegExp(`\\n  ${key} += "?([\\w]+)`).exec(body)?.[1] ?? '';
  return {
    Period: Number(read('period')),
    EvaluationPeriods: Number(read('evaluation_periods')),
    Statistic: read('statistic'),
    ComparisonOperator: read('comparison_operator'),
    Threshold: Number(read('threshold')),
    TreatMissingData: read('treat_missing_data'),
  };
}

/** Two reports a day, up to 20 minutes late, and a second one after the run of each Monday, up to 12 hours later. */
function reportsOf(days: number, reportAt: (time: number) => number): Point[] {
  let seed = 1;
  const random = () => {
    seed = (seed * 48271) % 2147483647;
    return seed / 2147483647;
  };
  const times = Array.from({ length: 2 * days }, (_, index) => index * 12 * HOUR);
  const reports = times.map((time) => time + 120 + Math.floor(random() * 20 * 60));
  const runs = times.filter((time) => time % (7 * DAY) === 0);
  const after = runs.map((time) => time + 300 + Math.floor(random() * 12 * HOUR));
  return [...reports, ...after].map((time) => ({ time, value: reportAt(time) }));
}

const stateAt = (states: { time: number; state: string }[], time: number) =>
  states.findLast((one) => one.time <= time)?.state;

test.each(['pipeline_failed', 'pipeline_missing'])(
  'the alarm %s is quiet for a year of planned runs',
  (name) => {
    const points = reportsOf(365, () => 0);
    const states = evaluateAlarm(alarmOf(name), points, { from: DAY, to: YEAR - HOUR });
    expect(states.filter(({ state }) => state === 'ALARM')).toEqual([]);
  },
);

test('a failed run opens the alarm within ten minutes, and only the next that succeeds closes it', () => {
  const failed = 30 * DAY;
  const mended = 33 * DAY + 5 * HOUR;
  const planned = reportsOf(60, (time) => (time >= failed && time < mended ? 1 : 0));
  const points = [...planned, { time: failed, value: 1 }, { time: mended, value: 0 }];
  const states = evaluateAlarm(alarmOf('pipeline_failed'), points, { from: DAY, to: 59 * DAY });
  expect(stateAt(states, failed - 1)).toBe('OK');
  const between = states.filter(({ time }) => time > failed + 600 && time < mended);
  expect(new Set(between.map(({ state }) => state))).toEqual(new Set(['ALARM']));
  expect(stateAt(states, mended + 600)).toBe('OK');
});

test('a VM that does not start opens the other alarm 27 hours after its last report, and closes it by a report', () => {
  const stopped = 30 * DAY + HOUR;
  const back = 40 * DAY;
  const points = reportsOf(60, () => 0).filter(({ time }) => time < stopped || time >= back);
  const last = Math.max(...points.filter(({ time }) => time < stopped).map(({ time }) => time));
  const states = evaluateAlarm(alarmOf('pipeline_missing'), points, {
    from: 2 * DAY,
    to: 59 * DAY,
  });
  expect(stateAt(states, last + 25 * HOUR)).toBe('OK');
  expect(stateAt(states, last + 28 * HOUR)).toBe('ALARM');
  expect(stateAt(states, back + 2 * HOUR)).toBe('OK');
});

test('one start that does not happen opens no alarm', () => {
  const points = reportsOf(60, () => 0).filter(
    ({ time }) => Math.floor(time / HOUR) !== 30 * 24 + 12,
  );
  const states = evaluateAlarm(alarmOf('pipeline_missing'), points, {
    from: 2 * DAY,
    to: 59 * DAY,
  });
  expect(states.filter(({ state }) => state === 'ALARM')).toEqual([]);
});
