import * as crypto from 'crypto';
import * as fs from 'fs';
import * as path from 'path';
import { type ISynthesisSession, type TerraformProvider, TerraformStack } from 'cdktf';
import type { Construct, IConstruct } from 'constructs';
import { DaemonConnection } from './daemon-connection';
import type { DaemonProps } from './daemon-props';
import { FactsPage } from './facts-page';
import type { CheckedHost } from './private/check-host';
import { configSubjects } from './private/config-subjects';
import { largePublications, unstablePublications } from './private/publication-warnings';
import { StackBinding } from './stack-binding';
import { AddressBook } from '../addressing/address-book';
import { can } from '../engine/private/capabilities';
import { HARDENED, logOptions } from '../hardening/private/hardened-defaults';
import { aspectOnApp, constructAt, warn } from '../private/cdktf-hooks';
import { tell } from '../private/tell';
import type { Written } from '../reports/daemon-reports';
import { outputFolderOf, removeOldFolders } from '../reports/output-folders';
import { secretsLine, summaryLine } from '../reports/private/summary-line';
import { Conduit } from '../segments/conduit';
import type { IDaemon } from '../topology/daemon';
import type { Declarations } from '../topology/private/declarations';
import type { EngineFacts } from '../topology/private/engine-facts';
import type { Warning } from '../topology/private/problem';
import { SecureDefaults } from '../validation/packs/secure-defaults';
import { DAEMON, DAEMON_ELSEWHERE } from '../validation/private/daemons';
import { StackPass } from '../validation/stack-pass';

/** What a daemon of either kind is made of: its facts, its page of the address book, and one provider per stack. */
export class DaemonCore {
  /** Twelve hexadecimal characters that follow from the path. */
  public readonly daemonId: string;
  public readonly declarations: Declarations;
  /** The folder of the daemon beside a stack, with slashes. */
  public readonly folderName: string;
  private readonly page: FactsPage;
  private told?: { readonly folder: string; readonly written: Written };
  private readonly bindings = new Map<TerraformStack, StackBinding>();

  constructor(
    private readonly daemon: Construct & IDaemon,
    private readonly props: DaemonProps,
    checked: CheckedHost,
    engine: EngineFacts,
    /** Whether the synth proves which connections are open. */
    private readonly isProved: boolean,
    /** Block of its IPv6 networks; undefined where they have none. */
    ipv6Pool: (daemonId: string) => string | undefined = () => undefined,
  ) {
    StackPass.of(TerraformStack.of(daemon)).useDefault(() => new SecureDefaults());
    this.showToRules(TerraformStack.of(daemon), DAEMON);
    this.daemonId = crypto.createHash('sha256').update(daemon.node.path).digest('hex').slice(0, 12);
    this.folderName = `bulkhead/${outputFolderOf(daemon)}`;
    this.page = new FactsPage(
      daemon,
      {
        id: this.daemonId,
        hostAddresses: checked.hostAddresses,
        addressPools: [props.addressPool.text],
        ipv6Pool: ipv6Pool(this.daemonId),
        foreignBlocks: checked.foreignBlocks,
        engine: {
          ...engine,
          keepsInternalNames: !can(engine.version, 'forwardsInternalNames'),
          ...(!can(engine.version, 'routesOnce') && { conflictsWithRouted: can(engine.version, 'noInternalRoute') ? 'outward' : 'all' }),
        },
        uplinkMtu: checked.uplinkMtu,
        ...(checked.runtimes && { runtimes: Object.keys(checked.runtimes) }),
      },
      (destination, source) => new Conduit(destination, source, daemon).node.path,
    );
    this.declarations = this.page.declarations;
    StackPass.of(TerraformStack.of(daemon)).toldElsewhere();
    AddressBook.of(daemon)._atEnd((isLockWritten) => this.tell(isLockWritten));
  }

  public providerFor(scope: IConstruct): TerraformProvider {
    const stack = TerraformStack.of(scope);
    let binding = this.bindings.get(stack);
    if (binding === undefined) {
      binding = new StackBinding(stack, this.daemon.node.id, {
        daemonId: this.daemonId,
        folder: this.folderName,
        connection: this.props.connection ?? DaemonConnection.socket(),
        providerVersion: this.props.providerVersion ?? '>= 3.6.2, < 5.0.0',
        wrote: (by) => this.declarations.wrote(by),
      });
      this.bindings.set(stack, binding);
      if (stack !== TerraformStack.of(this.daemon)) this.showToRules(stack, DAEMON_ELSEWHERE);
    }
    return binding.provider;
  }

  /** Mistakes of the whole program; where there are none the addresses are taken down, and what was declared and required is proved if asked. */
  public validate(): string[] {
    const errors = this.page.mistakes(aspectOnApp(this.daemon));
    if (errors.length > 0) {
      return errors;
    }
    const failures = this.isProved ? this.page.failures() : [];
    if (failures.length === 0) {
      this.warn([...this.declarations.store.derived().warnings, ...this.warningsOfPublications()]);
    }
    return failures;
  }

  /** The daemon's folder beside the stack that is being written, for files as they are: tokens and escapes are for Terraform only. */
  public folder(session: ISynthesisSession): string {
    const stack = TerraformStack.of(this.daemon);
    this.page.wrote();
    const folder = path.join(session.outdir, session.manifest.forStack(stack).workingDirectory, this.folderName);
    fs.mkdirSync(folder, { recursive: true });
    removeOldFolders(path.dirname(folder), this.daemon.node.root);
    return folder;
  }

  /** One line on the console, after a synth without errors. */
  public tellAtEnd(folder: string, written: Written): void {
    const here = path.relative('', folder);
    this.told = { folder: here.startsWith('..') ? folder : here, written };
  }

  private tell(isLockWritten: boolean): void {
    if (this.told === undefined) return;
    const { folder, written } = this.told;
    const { lockFile } = AddressBook.of(this.daemon);
    const line = summaryLine({
      ...written,
      daemonPath: this.daemon.node.path,
      findings: StackPass.of(TerraformStack.of(this.daemon)).countsText,
      hasNoLock: lockFile === undefined,
      ...(isLockWritten && { lockWritten: path.basename(lockFile!) }),
      folder,
    });
    tell(this.daemon, line);
    secretsLine(this.daemon.node.path, this.declarations.store.derived().topology.secrets).forEach((each) => tell(this.daemon, each));
  }

  private showToRules(stack: TerraformStack, resourceType: string): void {
    StackPass.of(stack).addSubjects(() => {
      this.declarations.store.noticeRemovals();
      const { version, settings } = this.declarations.store.engine;
      const attributes = {
        provider: this.bindings.get(stack)?.provider.fqn ?? null,
        engine: version,
        guard: this.declarations.store.hasGuard,
        proved: this.isProved,
        userland_proxy: settings.userlandProxy,
        ip6tables: settings.ip6tables,
        // Those of daemon.json, which Bulkhead writes if the host has the guard.
        ...(this.declarations.store.hasGuard && { log_driver: HARDENED.logDriver, log_opts: Object.keys(logOptions(0)) }),
      };
      return [
        { resourceType, path: this.daemon.node.path, attributes, store: this.declarations.store },
        ...configSubjects(this.declarations.store, stack.node.path),
      ];
    });
  }

  private warningsOfPublications(): Warning[] {
    const { topology } = this.declarations.store.derived();
    const unstable = can(this.props.engine.version, 'ordersPublications') ? [] : unstablePublications(topology.publications);
    return [...unstable, ...largePublications(topology, this.declarations.store.engine)];
  }

  private warn(warnings: readonly Warning[]): void {
    for (const { path: place, message } of warnings) {
      warn(constructAt(this.daemon.node.root, place) ?? this.daemon, message);
    }
  }
}
