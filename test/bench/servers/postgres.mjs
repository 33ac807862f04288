// PostgreSQL of the machine (Debian's package), with its data in a folder of the benchmark's.
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';

/** PostgreSQL refuses to run as root: as root, its own user runs it. */
function asPostgres(command, args) {
  const options = { stdio: ['ignore', 'ignore', 2] };
  if (userInfo().uid !== 0) return execFileSync(command, args, options);
  return execFileSync('runuser', ['-u', 'postgres', '--', command, ...args], options);
}

/** Starts a server; fsync and synchronous_commit stay on, as they are by default. Returns the URL of a database. */
export function startPostgres(folder, port) {
  if (userInfo().uid === 0) {
    const id = (flag) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
    chmodSync(folder, 0o755);
    chownSync(folder, id('-u'), id('-g'));
  }
  const data = join(folder, 'data');
  asPostgres('initdb', ['-D', data, '-U', 'postgres', '--auth=trust']);
  const settings = `-p ${port} -k ${folder} -h 127.0.0.1`;
  asPostgres('pg_ctl', ['-D', data, '-o', settings, '-l', join(folder, 'log'), '-w', 'start']);
  return `postgresql://postgres@127.0.0.1:${port}/bench`;
}

export function stopPostgres(folder) {
  asPostgres('pg_ctl', ['-D', join(folder, 'data'), '-m', 'immediate', 'stop']);
}
