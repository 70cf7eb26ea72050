import { expect, test } from 'vitest';
import { isCrlf, toCrlf, toLf } from '../../generators/merge/line-endings.ts';

test('a text has the endings of Windows when each of its lines has them', () => {
  expect(isCrlf('a\r\nb\r\n')).toBe(true);
  for (const text of ['', 'a', 'a\nb\n', 'a\r\nb\n', '\n\r\n'])
    expect(isCrlf(text), text).toBe(false);
});

test('endings are changed there and back', () => {
  expect(toCrlf('a\n\nb')).toBe('a\r\n\r\nb');
  expect(toLf(toCrlf('a\n\nb'))).toBe('a\n\nb');
});
