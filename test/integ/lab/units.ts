// The little of systemd that the lab plays: reading unit files and drop-ins, and what of them concerns starting a process.

export interface Command {
  /** For `sh -c`: systemd's quoting is the shell's, in what a unit reasonably holds. */
  readonly shell: string;
  /** A leading `-`: a failure does not count. */
  readonly mayFail: boolean;
}

export interface Service {
  readonly type: string;
  readonly env: Readonly<Record<string, string>>;
  readonly startPre: readonly Command[];
  readonly start: readonly Command[];
  readonly startPost: readonly Command[];
  readonly stopPost: readonly Command[];
}

function command(value: string): Command {
  const [, prefix, rest] = /^([-@:+!|]*)\s*(.*)$/s.exec(value)!;
  return { mayFail: prefix.includes('-'), shell: rest.replace(/%%/g, '%').replace(/\$\$/g, '$') };
}

/** Reads the [Service] sections of a unit and its drop-ins, in order; an empty assignment clears what came before. */
export function parseService(texts: readonly string[]): Service {
  const keys = new Map<string, string[]>();
  for (const text of texts) {
    let section = '';
    for (const line of text
      .replace(/\\\n/g, ' ')
      .split('\n')
      .map((raw) => raw.trim())) {
      if (!line || line.startsWith('#') || line.startsWith(';')) continue;
      const header = /^\[(.+)\]$/.exec(line);
      if (header) section = header[1];
      const pair = /^([A-Za-z]+)\s*=\s*(.*)$/.exec(line);
      if (!pair || header || section !== 'Service') continue;
      if (pair[2] === '') keys.set(pair[1], []);
      else keys.set(pair[1], [...(keys.get(pair[1]) ?? []), pair[2]]);
    }
  }
  const env: Record<string, string> = {};
  for (const line of keys.get('Environment') ?? []) {
    for (const [, , quoted, plain] of line.matchAll(/("([^"]*)"|([^\s"]+))/g)) {
      const text = quoted ?? plain;
      env[text.slice(0, text.indexOf('='))] = text.slice(text.indexOf('=') + 1);
    }
  }
  const commands = (key: string): Command[] => (keys.get(key) ?? []).map(command);
  return {
    type: keys.get('Type')?.at(-1) ?? 'simple',
    env,
    startPre: commands('ExecStartPre'),
    start: commands('ExecStart'),
    startPost: commands('ExecStartPost'),
    stopPost: commands('ExecStopPost'),
  };
}
