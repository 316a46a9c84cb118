use super::Entry;

/// Every problem of a configuration is the user's to mend, and none goes away by itself.
const fn entry(code: &'static str, title: &'static str, cause: &'static str, cure: &'static str) -> Entry {
    Entry {
        code,
        title,
        cause,
        cure,
        retryable: false,
        http: 400,
        exit: 2,
    }
}

pub(super) const ENTRIES: &[Entry] = &[
    entry(
        "CONFIG_INVALID",
        "The configuration cannot be used",
        "One or more of its files break a rule; the problems are listed with file, line and column.",
        "Correct each listed problem; `polyphon check FILE...` lists them again.",
    ),
    entry(
        "CONFIG_ALIAS",
        "A YAML alias cannot be followed",
        "The alias names no earlier anchor, contains itself, or all aliases together stand for more than 100,000 values.",
        "Define the anchor before the alias, or write the values out.",
    ),
    entry(
        "CONFIG_CONFLICT",
        "Two places give one setting different values",
        "The same setting stands in two blocks, documents or files, or in two spellings of one block, with different values.",
        "Give both the same value, or remove one of the two places the message names.",
    ),
    entry(
        "CONFIG_CYCLE",
        "Tasks wait for each other in a circle",
        "Dependencies and subtasks together leave no task of the circle that could run first.",
        "Remove one of the dependencies along the path the message names.",
    ),
    entry(
        "CONFIG_DUPLICATE_ID",
        "A name is taken",
        "Two tasks, subtasks or phases have the same name.",
        "Rename one of them; a full definition of a subtask stands inside `subtasks`.",
    ),
    entry(
        "CONFIG_DUPLICATE_KEY",
        "A key stands twice in one mapping",
        "YAML allows each key once; which value was meant cannot be told.",
        "Keep one of the two.",
    ),
    entry(
        "CONFIG_ENCODING",
        "A text is not what a configuration may hold",
        "The file is not UTF-8, or holds a NUL, another control character or half a surrogate pair.",
        "Save the file as UTF-8 and remove the character the message names.",
    ),
    entry(
        "CONFIG_FILE_NOT_FOUND",
        "A configuration file does not exist",
        "The path on the command line or in `include` leads to no file, or no file was given.",
        "Correct the path; paths in `include` start from the file they stand in.",
    ),
    entry(
        "CONFIG_FILE_UNREADABLE",
        "A configuration file cannot be read",
        "It is not a regular file, or permissions forbid reading it.",
        "Name a regular file this user may read.",
    ),
    entry(
        "CONFIG_FORBIDDEN_KEY",
        "A key is never allowed",
        "`__proto__`, `constructor` and `prototype` cannot be keys, since careless programs would let them reach a prototype.",
        "Choose another key.",
    ),
    entry(
        "CONFIG_MISSING_KEY",
        "A key is missing",
        "A mapping lacks a key it must have, for example a task without `id`.",
        "Add the key the message names.",
    ),
    entry(
        "CONFIG_NUMBER",
        "A number cannot be held exactly",
        "It is infinite, not a number, or beyond 2^53 - 1.",
        "Write a smaller number, or a text in quotes.",
    ),
    entry(
        "CONFIG_PHASE_ORDER",
        "The order of phases stands against a dependency",
        "A task waits for one of a later phase, or for a later one of a sequential phase, so that neither could ever run.",
        "Move a task to another phase or place, or remove the dependency.",
    ),
    entry(
        "CONFIG_RANGE",
        "A value is out of its range",
        "A number, size, time or the length of a list is below or above what the key allows.",
        "Choose a value in the range the message names.",
    ),
    entry(
        "CONFIG_SYNTAX",
        "The file is not valid YAML",
        "The text breaks a rule of YAML 1.2, or uses a tag or directive that is not read.",
        "Correct the place the message names; indentation and quotes are the usual causes.",
    ),
    entry(
        "CONFIG_TAB",
        "A tab is used for indentation",
        "YAML forbids tabs in indentation.",
        "Indent with spaces.",
    ),
    entry(
        "CONFIG_TOO_DEEP",
        "The configuration is nested too deeply",
        "Mappings and lists nest at most 64 levels, aliases included.",
        "Flatten the structure.",
    ),
    entry(
        "CONFIG_TOO_LARGE",
        "A configuration file is too large",
        "A file has at most 64 MiB and 10,000,000 YAML tokens.",
        "Split the file, or make large plans in code.",
    ),
    entry(
        "CONFIG_TOO_MANY_FILES",
        "A configuration has too many files",
        "A configuration has at most 64 files, included ones counted.",
        "Put several into one file.",
    ),
    entry(
        "CONFIG_TYPE",
        "A value has the wrong type",
        "A text stands where a number is expected, a list where a mapping is expected, and the like.",
        "Write a value of the type the message names; a number meant as a text needs quotes.",
    ),
    entry(
        "CONFIG_UNKNOWN_CLASS",
        "A phase names a class that does not exist",
        "`classes` of a phase names what neither `task_definitions` nor `resource_allocation` has.",
        "Correct the name.",
    ),
    entry(
        "CONFIG_UNKNOWN_DEPENDENCY",
        "A task depends on a task that does not exist",
        "`dependencies` names an id no task or subtask has.",
        "Correct the id, or define the task.",
    ),
    entry(
        "CONFIG_UNKNOWN_KEY",
        "A key is not known",
        "The key is misspelt, stands in the wrong block, or names a class or metric nothing else knows.",
        "Correct the key; the hint names the likely one. Keys of your own start with `x-` and stand at the root.",
    ),
    entry(
        "CONFIG_UNKNOWN_PHASE",
        "A phase says neither what it holds nor is predefined",
        "Only PHASE_1_UNIT, PHASE_2_INTEGRATION and PHASE_3_PERFORMANCE are known without `classes` or `tasks`.",
        "Correct the name, or add `classes` or `tasks`.",
    ),
    entry(
        "CONFIG_UNKNOWN_PLACEHOLDER",
        "A placeholder stands for nothing",
        "A text of a template or task holds `{{...}}` with a name nobody fills in, or one that is not closed.",
        "Correct the name; write `{{{{` for two literal braces.",
    ),
    entry(
        "CONFIG_UNKNOWN_TASK",
        "A phase names a task that does not exist",
        "`tasks` of a phase names an id no task has, or a subtask.",
        "Correct the id; a subtask runs in the phase of its parent.",
    ),
    entry(
        "CONFIG_VALUE",
        "A value is not one of those allowed",
        "A choice, name, address or exit code is not of the form the key asks for.",
        "Write a value of the form the message names.",
    ),
    entry(
        "CONFIG_DEMAND_ABOVE_TOTALS",
        "A task wants more than there is",
        "A warning: the task reserves more memory, cores or disk than `agent_limits` allows for all tasks together, so it will wait for a human at once.",
        "Raise the totals or lower the demand.",
    ),
    entry(
        "CONFIG_NO_EFFECT",
        "A setting has no effect",
        "A warning: the setting is understood and checked, but nothing in this version uses it.",
        "Leave it out, or keep it for a version that uses it.",
    ),
    entry(
        "CONFIG_NO_TASKS",
        "There are no tasks",
        "A warning: no task is defined, so a run would do nothing.",
        "Add tasks under `orchestrator.task_definitions`, or give the file that has them as well.",
    ),
    entry(
        "CONFIG_NO_TEMPLATE",
        "A task names no template",
        "A warning: no program is known for the task, so only an agent written in code can do it.",
        "Give the task a `template`.",
    ),
    entry(
        "CONFIG_NOT_IN_PHASE",
        "A task is in no phase",
        "A warning: `phases` leaves the task out, so it waits for nothing but its dependencies.",
        "Add the task or its class to a phase, if it should wait.",
    ),
    entry(
        "CONFIG_UNDEFINED_TEMPLATE",
        "A template is not defined",
        "A warning: tasks name a template that `templates` does not have; such a plan runs only with `--simulate`.",
        "Define the template under `templates`.",
    ),
    entry(
        "CONFIG_UNUSED_TEMPLATE",
        "A template is not used",
        "A warning: no task names the template.",
        "Name it in a task, or remove it.",
    ),
];
