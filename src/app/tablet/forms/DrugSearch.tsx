import { Button } from '@mantine/core';
import {
  type Formulary,
  type FormularyItem,
  formatQuantity,
  formularyText,
  tallMan,
} from '../../../clinical/index.ts';

const SHOWN = 8;

/** What the formulary has of the words that are typed so far, each with its usual doses: one tap fills the order in. */
export function DrugSearch({
  formulary,
  typed,
  onChoose,
}: {
  formulary: Formulary;
  typed: string;
  onChoose: (item: FormularyItem, dose: FormularyItem['doses'][number] | undefined) => void;
}) {
  if (formulary.items.length === 0 || typed.trim().length < 2) return null;
  const chosen = formulary.byText(typed.trim());
  const found = chosen ? [chosen] : formulary.search(typed, SHOWN);
  if (found.length === 0)
    return <p className="quiet">Not in the formulary: it is ordered as typed, and cannot be scanned.</p>;
  return (
    <section className="stack" aria-label="From the formulary">
      {found.map((item) => (
        <div key={formularyText(item)} className="row">
          {!chosen && (
            <Button variant="default" onClick={() => onChoose(item, item.doses[0])}>
              {tallMan(formularyText(item))}
              {item.brand === undefined ? '' : ` (${item.brand})`}
            </Button>
          )}
          {item.doses.map((dose) => (
            <Button
              key={dose.value}
              variant="default"
              aria-label={`${formularyText(item)}, ${formatQuantity(dose)}`}
              onClick={() => onChoose(item, dose)}
            >
              {formatQuantity(dose)}
            </Button>
          ))}
        </div>
      ))}
    </section>
  );
}
