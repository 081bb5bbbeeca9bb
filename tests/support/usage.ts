import { readFile } from 'node:fs/promises';

/** What a process used so far; Linux only. */
export interface Usage {
	/** Processor time in ms, of all its threads. */
	cpu: number;
	/** Memory it holds now, in MB. */
	memory: number;
}

/** Ticks a second in /proc, on every Linux that Node runs on. */
const TICKS = 100;

export async function usageOf(pid: number): Promise<Usage> {
	const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
	// The second field, the command in brackets, may hold spaces; user and system time come 14th, 15th.
	const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
	const status = await readFile(`/proc/${pid}/status`, 'utf8');
	const kb = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]);
	return {
		cpu: ((Number(fields[11]) + Number(fields[12])) * 1_000) / TICKS,
		memory: kb / 1024
	};
}
