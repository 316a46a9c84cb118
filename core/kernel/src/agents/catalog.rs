//! The capabilities and agent types everybody knows. Others may be used freely; these have a meaning that is agreed on.

/// Capabilities of one kind.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Category {
    /// What they have in common.
    pub name: &'static str,
    /// Their names.
    pub capabilities: &'static [&'static str],
}

/// A type of agent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct AgentType {
    /// Its name.
    pub name: &'static str,
    /// What an agent of the type can do when it says nothing else.
    pub capabilities: &'static [&'static str],
}

/// Every well-known capability, by category.
pub const CATEGORIES: &[Category] = &[
    Category {
        name: "planning",
        capabilities: &["task_decomposition", "dependency_analysis", "workflow_design"],
    },
    Category {
        name: "research",
        capabilities: &["web_research", "document_analysis", "data_synthesis"],
    },
    Category {
        name: "coding",
        capabilities: &["code_generation", "code_review", "code_refactoring", "testing"],
    },
    Category {
        name: "communication",
        capabilities: &["email_management", "document_creation", "presentation"],
    },
    Category {
        name: "integration",
        capabilities: &["api_integration", "database_operations", "file_operations"],
    },
    Category {
        name: "analysis",
        capabilities: &["data_analysis", "pattern_recognition", "error_diagnosis"],
    },
];

/// Every well-known type.
pub const TYPES: &[AgentType] = &[
    AgentType {
        name: "planner",
        capabilities: &["task_decomposition", "dependency_analysis", "workflow_design"],
    },
    AgentType {
        name: "researcher",
        capabilities: &["web_research", "document_analysis", "data_synthesis"],
    },
    AgentType {
        name: "coder",
        capabilities: &[
            "code_generation",
            "code_refactoring",
            "testing",
            "file_operations",
        ],
    },
    AgentType {
        name: "reviewer",
        capabilities: &["code_review", "testing", "error_diagnosis"],
    },
    AgentType {
        name: "observer",
        capabilities: &["pattern_recognition", "error_diagnosis"],
    },
    AgentType {
        name: "analyst",
        capabilities: &["data_analysis", "pattern_recognition", "data_synthesis"],
    },
    AgentType {
        name: "supervisor",
        capabilities: &["task_decomposition", "dependency_analysis", "error_diagnosis"],
    },
    AgentType {
        name: "writer",
        capabilities: &["document_creation", "presentation", "email_management"],
    },
];

/// The category of a capability; `None` when it is not a well-known one.
pub fn category(capability: &str) -> Option<&'static str> {
    let category = CATEGORIES
        .iter()
        .find(|category| category.capabilities.contains(&capability));
    category.map(|category| category.name)
}

/// What an agent of a type can do when it says nothing else, sorted; nothing for a type that is not well known.
pub fn defaults(agent_type: &str) -> Vec<String> {
    let known = TYPES.iter().find(|known| known.name == agent_type);
    let names = known.map_or(&[][..], |known| known.capabilities);
    crate::order::names(names.iter().map(|name| (*name).to_owned()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn there_are_19_capabilities_in_6_categories_without_repeats() {
        let all: Vec<&str> = CATEGORIES
            .iter()
            .flat_map(|category| category.capabilities)
            .copied()
            .collect();
        assert_eq!((CATEGORIES.len(), all.len()), (6, 19));
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), 19);
    }

    #[test]
    fn types_bring_only_capabilities_of_the_catalog() {
        assert_eq!(TYPES.len(), 8);
        for capability in TYPES.iter().flat_map(|known| known.capabilities) {
            assert!(category(capability).is_some(), "{capability}");
        }
        assert_eq!(category("juggling"), None);
    }

    #[test]
    fn the_defaults_of_a_type_are_sorted_as_an_agent_needs_them() {
        for known in TYPES {
            let defaults = defaults(known.name);
            assert!(
                !defaults.is_empty() && defaults.is_sorted_by(|a, b| a < b),
                "{defaults:?}"
            );
        }
        assert!(defaults("juggler").is_empty());
    }
}
