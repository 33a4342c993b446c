/** Gets the progress of a long piece of work. */
export type Step = (done: number, total: number) => void;
