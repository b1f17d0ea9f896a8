#pragma once

#include "columnar/function.h"

// One function for each file of scalar functions; FunctionRegistry::builtin() calls them all.
namespace treadle::columnar::functions {

void register_arithmetic(FunctionRegistry& registry);
void register_bitwise(FunctionRegistry& registry);
void register_comparison(FunctionRegistry& registry);
void register_conditional(FunctionRegistry& registry);
void register_date_format(FunctionRegistry& registry);
void register_date_parts(FunctionRegistry& registry);
void register_date_truncate(FunctionRegistry& registry);
void register_date_zones(FunctionRegistry& registry);
void register_division(FunctionRegistry& registry);
void register_logic(FunctionRegistry& registry);
void register_mathematics(FunctionRegistry& registry);
void register_membership(FunctionRegistry& registry);
void register_null_tests(FunctionRegistry& registry);
void register_pandas_functions(FunctionRegistry& registry);
void register_sql_functions(FunctionRegistry& registry);
void register_text_case(FunctionRegistry& registry);
void register_text_edges(FunctionRegistry& registry);
void register_text_joining(FunctionRegistry& registry);
void register_text_patterns(FunctionRegistry& registry);
void register_text_shapes(FunctionRegistry& registry);
void register_text_slicing(FunctionRegistry& registry);
void register_text_splitting(FunctionRegistry& registry);
void register_trigonometry(FunctionRegistry& registry);

}  // namespace treadle::columnar::functions
