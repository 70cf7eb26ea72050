"""The hooks of this repository, in the order in which they run: one line for each.

`uv run poe check` fails when one that pyproject.toml names is not registered here.
"""

from .dataset_card import hooks as dataset_card
from .drift import hooks as drift
from .drift import step as drift_step
from .gate import step as gate
from .hook_points import Hooks
from .registry import gate_decision
from .registry import pipeline_step as registration
from .reproducibility import hooks as reproducibility
from .schema import hooks as schema

HOOKS = Hooks()
HOOKS.add_arguments.append(schema.add_accept_option)
HOOKS.after_command.append(schema.describe_or_check)
HOOKS.after_command.append(dataset_card.write_card)
HOOKS.before_command.append(schema.refuse_before_preparing)
HOOKS.before_evaluation.append(schema.refuse_changed_data)
HOOKS.before_promotion.append(gate_decision.require_decision)
HOOKS.before_training.append(schema.refuse_changed_data)
HOOKS.on_model.append(drift.save_profile)
HOOKS.on_run_manifest.append(reproducibility.complete_manifest)
HOOKS.on_validation.append(schema.refuse_broken_rules)
HOOKS.pipeline_steps.append(drift_step.STEP)
HOOKS.pipeline_steps.append(gate.STEP)
HOOKS.pipeline_steps.append(registration.STEP)
