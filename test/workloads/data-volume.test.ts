import { Container } from '@cdktf/provider-docker/lib/container';
import { TerraformStack } from 'cdktf';
import {
  Capability,
  ContainerImage,
  ContainerUser,
  DataVolume,
  type DataVolumeProps,
  EncryptedOverlay,
  EngineVersion,
  FileOwner,
  FindingState,
  HardenedContainer,
  type HardenedContainerProps,
  HardenedService,
  Placement,
  VolumeMount,
} from '../../src';
import { canWriteFolder } from '../../src/hardening/private/volume-owners';
import { RulePack } from '../../src/validation/rule-pack';
import { sharedVolume } from '../../src/validation/rules/containers/shared-volume';
import { unwritableVolume } from '../../src/validation/rules/containers/unwritable-volume';
import { expectError } from '../support/errors';
import { IMAGE, Program, synth } from '../support/programs';
import { SwarmProgram } from '../support/swarms';

const OTHER = ContainerImage.fromId(`sha256:${'1'.repeat(64)}`);
const ROOT = ContainerUser.root({ reason: 'a stand-in for such an image' });

interface Use extends Partial<HardenedContainerProps> {
  readonly target?: string;
  readonly readOnly?: boolean;
}

/** Containers that mount one volume, in order. */
function sharing(volume: Partial<DataVolumeProps>, ...uses: Use[]): Program {
  const program = new Program();
  const data = new DataVolume(program.stack, 'Data', { daemon: program.daemon, ...volume });
  const segment = program.segment('Back');
  uses.forEach(({ target = '/data', readOnly, ...props }, index) =>
    program.container(`C${index}`, segment, { volumes: [VolumeMount.volume(data, target, { readOnly })], ...props }),
  );
  return program;
}

/** Of the container that sets the owner: image, command and label; nothing where there is none. */
function setting(program: Program) {
  const all = Object.values<any>(program.synth().json.resource.docker_container);
  const owner = all.find(({ name }) => name === 'app-data-owner');
  return owner && { image: owner.image, command: owner.command, label: owner.labels[0].value };
}

const as = (user: ContainerUser): Use => ({ user });

describe('whom a volume belongs to', () => {
  test.each<[string, Partial<DataVolumeProps>, Use[], object | undefined]>([
    ['the default user', {}, [{}], { command: ['/data', '10001:10001'], image: IMAGE.text, label: '10001:10001' }],
    ['the user of the one that writes', {}, [{ readOnly: true, target: '/see', image: OTHER }, as(ContainerUser.of(999, 998))], { command: ['/see', '999:998'], image: OTHER.text, label: '999:998' }], // prettier-ignore
    ['one user in two containers', {}, [{}, { target: '/other' }], { command: ['/data', '10001:10001'], image: IMAGE.text, label: '10001:10001' }], // prettier-ignore
    ['the user beside root', {}, [as(ROOT), {}], { command: ['/data', '10001:10001'], image: IMAGE.text, label: '10001:10001' }],
    ['nobody says, where all are root', {}, [as(ROOT)], undefined],
    ['nobody says, where all read', {}, [{ readOnly: true }], undefined],
    ['the image says', { owner: FileOwner.fromImage() }, [{}], undefined],
    ['an owner, for one that reads', { owner: FileOwner.of(5, 6) }, [{ readOnly: true }], { command: ['/data', '5:6'], image: IMAGE.text, label: '5:6' }], // prettier-ignore
    ['an owner and a mode', { owner: FileOwner.of(0, 6), mode: '770' }, [{}], { command: ['/data', '0:6', '0770'], image: IMAGE.text, label: '0:6 0770' }], // prettier-ignore
    ['a mode alone', { mode: '0750' }, [{}], { command: ['/data', '10001:10001', '0750'], image: IMAGE.text, label: '10001:10001 0750' }],
    ['an image for it', { ownerImage: OTHER }, [{}], { command: ['/volume', '10001:10001'], image: OTHER.text, label: '10001:10001' }],
    ['an image and an owner, and nobody mounts it', { ownerImage: OTHER, owner: FileOwner.of(7) }, [], { command: ['/volume', '7:7'], image: OTHER.text, label: '7:7' }], // prettier-ignore
  ])('%s', (_, volume, uses, expected) => {
    expect(setting(sharing(volume, ...uses))).toEqual(expected);
  });

  test('what sets it has no network, three capabilities and one place to write, waits for nobody and fails the apply', () => {
    const program = sharing({ mode: '0750' }, {});
    const { labels, mounts, memory, memory_swap, cpu_period, cpu_quota, ulimit, log_driver, log_opts, ...rest } = program.synth().container('app-data-owner'); // prettier-ignore
    expect(rest).toEqual({
      provider: 'docker',
      name: 'app-data-owner',
      image: IMAGE.text,
      entrypoint: ['sh', '-c', 'chown "$1" "$0" && chmod "$2" "$0"'],
      command: ['/data', '10001:10001', '0750'],
      user: '0:0',
      network_mode: 'none',
      must_run: false,
      attach: true,
      restart: 'no',
      capabilities: { drop: ['ALL'], add: ['CAP_CHOWN', 'CAP_DAC_OVERRIDE', 'CAP_FOWNER'] },
      security_opts: ['no-new-privileges:true'],
      privileged: false,
      read_only: true,
      ipc_mode: 'private',
      lifecycle: {
        postcondition: [
          {
            condition: '${self.exit_code == 0}',
            error_message:
              "The owner of the volume app-data was not set. On the host of the engine, 'docker logs app-data-owner' prints why. Remove the cause, then 'docker rm app-data-owner', and apply again.",
          },
        ],
      },
    });
    expect(mounts.map(({ type, target, read_only, volume_options }: any) => [type, target, read_only, volume_options])).toEqual([
      ['bind', '/.bulkhead-guard', true, undefined],
      ['volume', '/data', false, undefined],
    ]);
    expect([memory, memory_swap, cpu_period, cpu_quota].every((value) => value > 0)).toBe(true);
    expect([labels, ulimit, log_driver, log_opts].every(Boolean)).toBe(true);
  });

  test('who mounts it comes later, and gets nothing of its image once there is an owner', () => {
    const { json } = sharing({}, as(ROOT), { target: '/mine' }).synth();
    const of = (name: string) => Object.values<any>(json.resource.docker_container).find((each) => each.name === name);
    expect(of('app-c1').depends_on).toEqual([expect.stringMatching(/^docker_container\.Data_Owner_/)]);
    expect(of('app-c1').mounts[1].volume_options).toEqual({ no_copy: true });
    // Declared before there was an owner: the engine must not give the volume back to the owner of its image's folder.
    expect(of('app-c0').mounts[1].volume_options).toEqual({ no_copy: true });
    const { container } = sharing({ owner: FileOwner.fromImage() }, {}).synth();
    expect([container().mounts[1].volume_options, container().depends_on]).toEqual([undefined, undefined]);
  });

  test('before 26.0 the provider cannot forbid the copy, and the synth warns', () => {
    const program = new Program({ engine: EngineVersion.of('20.10.24') });
    const data = new DataVolume(program.stack, 'Data', { daemon: program.daemon });
    program.container('Db', program.segment('Back'), { volumes: [VolumeMount.volume(data, '/data')] });
    expect(program.synth().container('app-db').mounts[1].volume_options).toBeUndefined();
    expect(data.node.metadata).toContainEqual(expect.objectContaining({ data: expect.stringContaining('engines before 26.0') }));
  });

  test('a mount that is set past the construct keeps its other options', () => {
    const program = sharing({}, {});
    const resource = program.stack.node.findChild('C0').node.findChild('Resource') as Container;
    const [stamp, data] = resource.mountsInput as any[];
    resource.putMounts([stamp, { ...data, volumeOptions: { subpath: 'inner' } }]);
    expect(program.synth().container('app-c0').mounts[1].volume_options).toEqual({ subpath: 'inner', no_copy: true });
  });

  test('an image of a registry is pulled once more, for the stack of the volume', () => {
    const image = ContainerImage.fromRegistry('registry.example/db:1', { tagReason: 'the registry refuses to move tags' });
    const program = sharing({}, { image });
    expect(program.synth().json.resource.docker_image).toMatchObject({
      Data_Owner_Image_AD1E10C7: { name: 'registry.example/db:1', keep_locally: true },
    });
  });

  test('in another stack the order of the stacks suffices', () => {
    const program = new Program();
    const data = new DataVolume(program.stack, 'Data', { daemon: program.daemon });
    const other = new TerraformStack(program.app, 'other');
    new HardenedContainer(other, 'Db', { segment: program.segment('Back'), image: IMAGE, volumes: [VolumeMount.volume(data, '/data')] });
    expect(other.dependencies).toEqual([program.stack]);
    const [db] = Object.values<any>(synth(other).json.resource.docker_container);
    expect([db.depends_on, db.mounts[1].volume_options]).toEqual([undefined, { no_copy: true }]);
    expect(Object.values<any>(program.synth().json.resource.docker_container).map(({ name }) => name)).toEqual(['app-data-owner']);
  });

  test('a container that was taken out of the tree is no writer', () => {
    const program = sharing({}, as(ContainerUser.of(999)));
    program.stack.node.tryRemoveChild('C0');
    const data = program.stack.node.findChild('Data') as DataVolume;
    program.container('Other', program.segment('Front'), { volumes: [VolumeMount.volume(data, '/data')] });
    expect(setting(program)?.label).toBe('10001:10001');
  });
});

describe('what is refused', () => {
  const error = (make: () => unknown, path: string, ...says: string[]) => expectError(make, 'VolumeOwner', { path, says });

  test('two users without an owner', () => {
    const two = [as(ContainerUser.of(999)), as(ContainerUser.of(33))];
    error(() => sharing({}, ...two), 'app/C1', "volume 'app-data'", "user 33 here and by user 999 in 'app/C0'", "'mode: '0770''");
    expect(() => sharing({ owner: FileOwner.of(999) }, ...two).synth()).not.toThrow();
    expect(() => sharing({}, two[0], { ...two[1], readOnly: true }).synth()).not.toThrow();
    expect(() => sharing({}, two[0], as(ContainerUser.of(999, 5))).synth()).not.toThrow();
  });

  test.each<[Partial<DataVolumeProps>, string]>([
    [{ owner: FileOwner.fromImage(), mode: '0750' }, "nothing sets 'mode'"],
    [{ owner: FileOwner.fromImage(), ownerImage: OTHER }, "nothing sets 'ownerImage'"],
  ])('an owner of the image beside %j', (volume, says) => {
    error(() => sharing(volume), 'app/Data', says);
  });

  test('what has no effect', () => {
    error(() => sharing({ owner: FileOwner.of(5) }).synth(), 'app/Data', "'owner' has no effect", "'ownerImage'");
    error(() => sharing({ mode: '0750' }, as(ROOT)).synth(), 'app/Data', "'mode' has no effect", "an 'owner' is missing");
  });

  test('a name that another container has', () => {
    const program = new Program();
    program.container('Web', program.segment('Front'), { containerName: 'store-owner' });
    expectError(() => new DataVolume(program.stack, 'Data', { daemon: program.daemon, volumeName: 'store' }), 'DuplicateName', {
      path: 'app/Data',
      says: ["container name 'store-owner' is already used by 'app/Web'"],
    });
  });

  test('an owner for a service', () => {
    const make = (volume: Partial<DataVolumeProps>) => {
      const program = new SwarmProgram();
      const overlay = new EncryptedOverlay(program.stack, 'Net', { cluster: program.cluster });
      const data = new DataVolume(program.stack, 'Data', { daemon: program.manager, ...volume });
      const image = ContainerImage.fromRegistry(`registry.example/shop@sha256:${'a'.repeat(64)}`);
      new HardenedService(program.stack, 'Db', {
        overlay,
        image,
        placements: [Placement.onNode(program.manager)],
        volumes: [VolumeMount.volume(data, '/data')],
      });
      return program;
    };
    error(() => synth(make({ owner: FileOwner.of(5) }).stack), 'app/Data', "the service 'app/Db'", "'owner: FileOwner.fromImage()'");
    expect(() => synth(make({}).stack)).not.toThrow();
  });

  test.each<[string, string]>([
    ['0777', "'0770'"],
    ['02770', 'octal'],
    ['2770', "write '0770'"],
    ['4755', "write '0755'"],
    ['1777', 'sticky'],
    ['u+w', 'octal'],
    ['89', 'octal'],
    ['0752', "'0770'"],
  ])('the mode %s', (mode, says) => {
    expectError(() => sharing({ mode }), 'FolderMode', { path: 'app/Data', says: [says] });
  });

  test.each([-1, 1.5, 2 ** 31, '5', undefined])('the owner %p', (uid) => {
    expectError(() => FileOwner.of(uid as number), 'UserNumber', { path: undefined, says: ["'uid'"] });
  });
});

describe('BH-C35 volume that the user of the container cannot write', () => {
  const found = (program: Program) => new RulePack({ packName: 'T', rules: [unwritableVolume] }).check(program.stack);
  const messages = (...given: Parameters<typeof sharing>) => found(sharing(...given)).map(({ message }) => message);
  const owned = { owner: FileOwner.of(999, 500), mode: '0750' };

  test.each<[string, Partial<DataVolumeProps>, Use[], (string | RegExp)[]]>([
    ['by default', {}, [{}], []],
    ['another user', owned, [{}], ["the volume 'app-data' belongs to 999:500 with the mode 0750, so user 10001 cannot write to it"]],
    ['no mode', { owner: FileOwner.of(999) }, [{}], [expect.stringContaining("no 'mode' is set, so user 10001 writes to it only if")]],
    ['a mount to read', owned, [{ readOnly: true }], []],
    ['the owner', owned, [as(ContainerUser.of(999))], []],
    ['a group that reads', owned, [as(ContainerUser.of(10001, 500))], [expect.stringContaining('cannot write')]],
    ['a group that writes', { ...owned, mode: '0770' }, [as(ContainerUser.of(10001, 500))], []],
    ['an owner that may not write', { ...owned, mode: '0550' }, [as(ContainerUser.of(999))], [expect.stringContaining('cannot write')]],
    ['root', owned, [as(ROOT)], []],
    ['root at start', owned, [{ user: ContainerUser.rootAtStart({ reason: 'a stand-in for such an image' }), capabilities: [Capability.SETUID, Capability.SETGID] }], []], // prettier-ignore
    ['the owner of the image', { owner: FileOwner.fromImage() }, [{}], []],
  ])('%s', (_, volume, uses, expected) => {
    expect(messages(volume, ...uses)).toEqual(expected);
  });

  test('overrides and raw containers count, and what is unknown is nothing', () => {
    const program = sharing({}, {});
    const resource = program.stack.node.findChild('C0').node.findChild('Resource') as Container;
    resource.addOverride('user', '33:33');
    expect(found(program)).toMatchObject([{ path: 'app/C0/Resource', detail: 'app-data', state: FindingState.OPEN }]);
    for (const user of ['33', 'www-data', '33:www-data', '${var.user}']) {
      resource.addOverride('user', user);
      expect(found(program)).toEqual([]);
    }
    resource.addOverride('user', '33:33');
    resource.addOverride('group_add', ['video']);
    expect(found(program)).toEqual([]);
  });

  test('a label alone makes no owner', () => {
    const program = sharing({}, {});
    const owner = program.stack.node.findChild('Data').node.findChild('Owner').node.findChild('Resource') as Container;
    const web = program.stack.node.findChild('C0').node.findChild('Resource') as Container;
    web.addOverride('user', '33:33');
    owner.addOverride('must_run', true);
    expect(found(program)).toEqual([]);
  });

  test('what sets the owner does not share the volume, two containers do', () => {
    const shared = (program: Program) =>
      new RulePack({ packName: 'T', rules: [sharedVolume] }).check(program.stack).map(({ path }) => path);
    expect(shared(sharing({}, {}))).toEqual([]);
    expect(shared(sharing({}, {}, {}))).toEqual(['app/C0/Resource', 'app/C1/Resource']);
  });

  test.each<[string, number, number[], string, boolean]>([
    ['owner', 1, [], '0700', true],
    ['owner without the right to enter', 1, [], '0600', false],
    ['owner, whom the group does not help', 1, [2], '0570', false],
    ['group', 3, [4, 2], '0770', true],
    ['neither', 3, [4], '0770', false],
    ['everybody', 3, [4], '0777', true],
  ])('%s', (_, uid, gids, mode, expected) => {
    expect(canWriteFolder(uid, gids, { uid: 1, gid: 2, mode })).toBe(expected);
  });
});
