// Makes a program fail where no program would expect it.
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';

const { createHash } = crypto;
crypto.createHash = (name, ...rest) => {
  if (name === 'sha1') throw new Error('an error on purpose');
  return createHash(name, ...rest);
};
syncBuiltinESMExports();
