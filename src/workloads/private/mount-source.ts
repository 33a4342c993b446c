import { normalised } from './mount-target';
import { holdsEngineSocket, isEngineSocket, sensitivePlace, TIME_ZONE_FILES } from '../../hardening/private/host-paths';
import { fail } from '../../private/errors';
import { plainText } from '../../private/text';

const COUNTERS = "VolumeMount.procOfHost('/host/proc', { reason }) and VolumeMount.sysOfHost('/host/sys', { reason })";
const ASK_PROXY =
  'a SocketProxy, which passes only the calls that the program allows: new SocketProxy(…).allow(container, SocketAccess.containerList())';

/** What programs of monitoring mount, with what they use here instead; everything else is moved. */
const INSTEAD: readonly (readonly [path: RegExp, instead: string])[] = [
  [/^\/$/, `mount a directory below it, such as '/srv/data'; a monitoring program reads ${COUNTERS}`],
  [/^\/proc$/, "use VolumeMount.procOfHost('/host/proc', { reason }), which needs a user of its own"],
  [/^\/sys$/, "use VolumeMount.sysOfHost('/host/sys', { reason }), which needs a user of its own"],
  [/^\/proc\/|^\/sys\/|^\/dev\/disk$/, `leave it out; a monitoring program reads ${COUNTERS}`],
  [/^\/dev\/shm/, "set 'sharedMemoryMebibytes' of 'limits' instead"],
  [/^\/dev\//, "for a device use 'devices' with Device.of()"],
  [/^\/(usr\/)?lib\/modules/, 'leave it out, and load the module on the host; the container needs no mount for it'],
  [
    /^\/var\/lib\/docker\/containers/,
    'leave it out; to collect the output of containers use a SocketProxy with SocketAccess.logs(), or a LogDriver that sends it',
  ],
  [/^\/(var\/)?run\/(dbus|udev|systemd)/, 'leave it out; a program that controls the host by it must run on the host'],
  [
    /^\/etc\/(letsencrypt|ssl|pki)/,
    "let each renewal copy the certificate and its key to a directory with no other content, such as '/srv/tls', and mount that",
  ],
  [/^(\/var)?\/run$/, `leave it out; a program that asks the engine uses ${ASK_PROXY}`],
  [
    /^\/var\/lib\/(docker|containerd)(\/|$)/,
    `leave it out; a program that reads figures of containers asks ${ASK_PROXY.replace('List()', 'List(), SocketAccess.stats()')}`,
  ],
];

/**
 * A path of the host that gives no control over it.
 * @param target where the container sees a file or directory that exists; undefined for one that the host makes
 */
export function checkedSource(source: string, readOnly: boolean, target?: string): string {
  const given = plainText(undefined, 'source', source);
  if (!given.startsWith('/')) {
    fail('MountTarget', undefined, `'source' must be an absolute path of the host, got '${given}'; ${besideProgram(given, target)}`);
  }
  const text = normalised(given, 'source');
  if (isEngineSocket(text)) {
    fail(
      'EngineSocketMounted',
      undefined,
      `'${text}' is the engine's socket, which gives root access to the host; Bulkhead does not mount it: remove the mount, and let the container ask ${ASK_PROXY}`,
    );
  }
  const tellsTimeZone = TIME_ZONE_FILES.includes(text);
  if (tellsTimeZone && !readOnly) {
    fail(
      'SensitiveHostPath',
      undefined,
      `'${text}' belongs to the host, which would have the time zone that the container writes; mount it read-only`,
    );
  }
  const place = sensitivePlace(text) ?? (holdsEngineSocket(text) ? text : undefined);
  if (place !== undefined && !tellsTimeZone) {
    const [, other] = INSTEAD.find(([path]) => path.test(text)) ?? [];
    const where = place === text ? '' : ` is in '${place}', which`;
    const wayOut =
      other ??
      `mount another directory, such as '/srv/${text.split('/').pop()}', with a copy of what the container needs, or use a ConfigFile for a single file`;
    fail('SensitiveHostPath', undefined, `'${text}'${where} gives control over the host; ${wayOut}`);
  }
  return text;
}

/** For a path as Compose takes it: relative to the program, or the name of a volume. */
function besideProgram(source: string, target: string | undefined): string {
  const name = source.split('/').pop()!;
  if (target === undefined) return `write where the host is to make it, such as '/srv/${name || 'data'}'`;
  const at = String(target).startsWith('/') ? target : '/data';
  const isFile = /.\./.test(name) || at.endsWith(`/${name}`);
  if (!isFile && /^\w[\w.-]*$/.test(source)) {
    return `for a volume write VolumeMount.volume(new DataVolume(this, '${source}', { daemon }), '${at}')`;
  }
  if (isFile) {
    return `for a file beside the program write configFiles: { files: [ConfigFile.fromFile('${at}', '${source}')] } in the container`;
  }
  return `copy the directory to the host and mount it from there, such as '/srv/${name || 'data'}'; for single files beside the program use ConfigFile.fromFile()`;
}
