declare const serializer: {
  test(value: unknown): boolean;
  serialize(value: string): string;
};
export = serializer;
