/** A place at a construct for Bulkhead's data, which its properties do not show. Copies of this library in one program share it. */
export class Slot<T> {
  private readonly key: symbol;

  constructor(name: string) {
    this.key = Symbol.for(`cdktf-docker-bulkhead/${name}`);
  }

  public get(construct: object): T | undefined {
    return (construct as Record<symbol, T | undefined>)[this.key];
  }

  public set(construct: object, value: T): void {
    Object.defineProperty(construct, this.key, { value, enumerable: false, configurable: true });
  }
}
