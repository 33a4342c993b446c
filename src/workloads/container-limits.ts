/** What a container, or a task of a service, may use at most. */
export interface WorkloadLimits {
  /**
   * Memory in MiB, at least 16, because the runtime of the engine uses up to 14 before the program starts; swap on top is not allowed. Error: `MemoryLimit`.
   *
   * @default 256
   */
  readonly memoryMebibytes?: number;

  /**
   * Processor time in thousandths of one processor, 10 to 1,024,000. Error: `CpuLimit`.
   *
   * @default 1000
   */
  readonly cpuMillis?: number;

  /**
   * Largest log file in MiB, 1 to 10,240; three are kept. Error: `LogLimit`.
   *
   * @default 10
   */
  readonly logMebibytes?: number;
}

/** What a container may use at most. */
export interface ContainerLimits extends WorkloadLimits {
  /**
   * Limits of the kernel per process, besides `nofile` 1024, which a process may raise to 4096 unless you name it here. Error: `UlimitValue`.
   *
   * @default - only that
   */
  readonly ulimits?: Ulimit[];

  /**
   * Size of `/dev/shm` in MiB; its content counts for `memoryMebibytes`. Error: `SharedMemory`.
   *
   * @default - that of the engine, 64 MiB unless its settings differ
   */
  readonly sharedMemoryMebibytes?: number;
}

/** A limit of the kernel on one kind of resource of a process. */
export interface Ulimit {
  /** Name without `RLIMIT_`, in lower case, such as `nofile`. */
  readonly limitName: string;
  /** Limit that applies; a process may raise it up to the hard one. For `memlock`, -1 means unlimited: locked pages count for `memoryMebibytes`. */
  readonly soft: number;
  /** Limit that no process in the container can exceed; -1 as for `soft`. */
  readonly hard: number;
}
