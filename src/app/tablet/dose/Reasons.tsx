import { Button } from '@mantine/core';
import { NOT_GIVEN_REASONS, NotGivenReason } from '../../../clinical/index.ts';

/** Coded reasons, in one tap each, the most used first. */
export function Reasons({
  legend,
  chosen,
  without = [],
  onChoose,
}: {
  legend: string;
  chosen: NotGivenReason | '';
  without?: readonly NotGivenReason[];
  onChoose: (reason: NotGivenReason) => void;
}) {
  return (
    <fieldset className="card">
      <legend>{legend}</legend>
      <div className="choices">
        {NotGivenReason.options
          .filter((option) => !without.includes(option))
          .map((option) => (
            <Button
              key={option}
              variant={chosen === option ? 'filled' : 'default'}
              aria-pressed={chosen === option}
              onClick={() => onChoose(option)}
            >
              {NOT_GIVEN_REASONS[option]}
            </Button>
          ))}
      </div>
    </fieldset>
  );
}
