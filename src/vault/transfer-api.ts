import type { VersionVector } from '../log/index.ts';
import type { Result } from './api.ts';

/** What the page may ask of the vault about records that travel without a network: by file and by camera. */

export interface ExportReceipt {
  file: Blob;
  /** A file name that says when and from which tablet, and nothing of a patient. */
  name: string;
  /** Charted entries in it. */
  entries: number;
  /** Whose entries, in words. */
  tablets: string[];
  /** Whether what was charted stands in it readable, for those that it is sealed for. */
  readable: boolean;
}

/** What came in, or what was learned of where our entries are. */
export interface TransferReport {
  /** Who wrote it, in words. */
  from: string;
  writtenAt: string;
  entries: number;
  /** How many of these were not here before. */
  fresh: number;
  tablets: string[];
  /** Set aside with a reason, under "need a person". */
  refused: number;
  /** Why something could not be taken, in words, each once. */
  problems: string[];
  /** A tablet was copied or restored from a backup, and wrote in two places at once: both are kept. */
  secondHistory?: true;
  /** The transfer broke off: everything before is here. */
  cut?: string;
}

type ImportProblem = 'locked' | 'not-an-export' | 'not-for-us' | 'newer-version' | 'other-site' | 'storage';

/** What one picture that the camera read has changed. */
export type QrReading =
  /** Nothing of ours, damaged, or seen before. */
  | { kind: 'nothing' }
  /** A tablet of another hospital, or one that the directory does not name; `message` says so. */
  | { kind: 'refused'; message: string }
  /**
   * Another tablet's signed word about what it holds. `missing`: charted entries of ours that it lacks, made into
   * `pages` to show, or the first of them when there are `more`; `copied`: entries that this tablet charted and that
   * stand there too; `purged`: entries that it lacks and that are gone here, since an outage was closed. `large`: of what
   * is shown, parts of photos and drawings and of moved records; a page is some eight seconds before a camera.
   */
  | {
      kind: 'tablet';
      name: string;
      missing: number;
      purged: number;
      pages: number;
      more: boolean;
      large: number;
      copied: number;
    }
  /** Part of a transfer to us. `fraction` of its pages and frames, 0 to 1. */
  | { kind: 'receiving'; fraction: number; pages: number; pagesDone: number }
  | { kind: 'received'; report: TransferReport };

/** Frames to show one after another, as texts for QR codes. */
interface QrShow {
  texts: string[];
  /** Where in the round these are, 0 to 1; after the last page it begins again. */
  fraction: number;
  round: number;
}

export interface FileTransferApi {
  /**
   * Everything that this tablet holds, or only what the server has not acknowledged, or what a replica with the given
   * vector lacks, as one age file. Works while locked: then without readable bodies.
   */
  exportFile(request: {
    since?: 'server' | VersionVector;
    /** A file for another ward: what it may read, the records of patients who went there, sealed for it. */
    forWard?: string;
    /** Without readable bodies, for tablets and the server alone: opens with the ward's older keys too. */
    sealed?: boolean;
    /** Text instead of bytes: share sheets take known file types only. */
    armoured?: boolean;
  }): Promise<Result<ExportReceipt, 'not-ready' | 'storage'>>;
  /** Takes in a transfer file of any tablet or server. Needs the ward's key: an unlocked tablet. */
  importFile(file: Blob): Promise<Result<TransferReport, ImportProblem>>;
}

/** Records by camera; works while locked too: what is shown and read is sealed. */
export interface QrTransferApi {
  /** This tablet's signed word about what it holds, as QR texts: one, or several in turn on a tablet with many logs. */
  qrStatement(): Promise<Result<string[], 'not-ready' | 'storage'>>;
  /** Hands in what the camera read; any order, any number of times. */
  qrRead(text: string): Promise<QrReading>;
  /** The next `count` frames for the tablet whose word was read last. */
  qrShow(count: number): Promise<Result<QrShow, 'not-ready'>>;
  /** Forgets a transfer that was given up; what had come in stays. */
  qrForget(): Promise<void>;
}
